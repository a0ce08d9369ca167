import { useRef, useState, type FormEvent } from 'react';
import { ApiProblem, serverNow } from '../../api/client';
import { useCreateApiKey, useSession } from '../../api/queries';
import type { Scope } from '../../api/types';
import { useZone } from '../../lib/preferences';
import { fromWallTime, fullTime, toWallTime, zoneLabel } from '../../lib/time';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Modal } from '../../ui/dialog';
import { Choice, Field, FieldSet, focusFirstError } from '../../ui/field';
import { Banner } from '../../ui/states';

const DAYS = [
  ['', 'Never'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['at', 'At a time of your choice'],
] as const;

/** Each level includes the ones above it. */
const ACCESS: { value: string; scopes: Scope[]; title: string; text: string }[] = [
  { value: 'read', scopes: ['READ'], title: 'Read only', text: 'View webhooks, events, and deliveries' },
  {
    value: 'manage',
    scopes: ['READ', 'MANAGE'],
    title: 'Manage webhooks',
    text: 'Also create and change webhooks, and send tests, retries, and replays',
  },
  {
    value: 'admin',
    scopes: ['ADMIN'],
    title: 'Full access',
    text: 'Also manage API keys and sessions, and erase personal data',
  },
];

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateApiKey();
  return create.data ? (
    <ShownOnce apiKey={create.data.key} name={create.data.name} onClose={onClose} />
  ) : (
    <KeyForm create={create} onClose={onClose} />
  );
}

function KeyForm({ create, onClose }: { create: ReturnType<typeof useCreateApiKey>; onClose: () => void }) {
  const zone = useZone();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState('');
  const [access, setAccess] = useState('manage');
  const [expiry, setExpiry] = useState('');
  // A session that an API key opened can't create a key that outlives that one.
  const limit = useSession().data?.keysExpireBy ?? null;
  const latest = limit === null ? Infinity : Date.parse(limit);
  const choices = DAYS.filter(([value]) => value === 'at' || daysEnd(value) <= latest);
  const chosenExpiry = choices.some(([value]) => value === expiry) ? expiry : choices[0][0];
  const [expiresAt, setExpiresAt] = useState(() => toWallTime(new Date(serverNow() + 7 * 86_400_000), zone));
  const [own, setOwn] = useState<{ name?: string; expiresAt?: string }>({});
  const problem = create.error instanceof ApiProblem ? create.error : null;
  const nameError = own.name ?? problem?.fieldError('name');
  const expiryError = own.expiresAt ?? problem?.fieldError('expiresAt');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const isAt = chosenExpiry === 'at';
    const chosen = isAt ? fromWallTime(expiresAt, zone) : null;
    const wrong = {
      ...(name.trim() === '' ? { name: 'Give the key a name' } : {}),
      ...(isAt && (!chosen || chosen.getTime() <= serverNow())
        ? { expiresAt: 'Choose a time in the future' }
        : {}),
      ...(isAt && chosen && chosen.getTime() > latest
        ? { expiresAt: `Choose a time before ${fullTime(new Date(latest), zone)}, when your own access ends` }
        : {}),
    };
    setOwn(wrong);
    if (Object.keys(wrong).length > 0) return focusFirstError(form.current);
    const end = chosen ?? (chosenExpiry === '' ? null : new Date(daysEnd(chosenExpiry)));
    const { scopes } = ACCESS.find(({ value }) => value === access)!;
    create.mutate(
      { name: name.trim(), scopes, ...(end ? { expiresAt: end.toISOString() } : {}) },
      { onError: () => focusFirstError(form.current) },
    );
  };
  return (
    <Modal
      open
      onClose={onClose}
      title="Create API key"
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="create-key" look="primary" busy={create.isPending}>
            Create key
          </Button>
        </>
      }
    >
      <form id="create-key" ref={form} className="stack" onSubmit={submit} noValidate>
        {problem && !nameError && !expiryError && <Banner kind="bad" title={problem.detail} />}
        <Field
          label="Name"
          error={nameError}
          hint="What the key is for, so that you know later which one to revoke."
        >
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={100}
              value={name}
              placeholder="CRM sync"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <FieldSet label="Access" error={problem?.fieldError('scopes')}>
          <div className="choices">
            {ACCESS.map(({ value, title, text }) => (
              <Choice
                key={value}
                type="radio"
                name="access"
                value={value}
                title={title}
                text={text}
                checked={access === value}
                onChange={() => setAccess(value)}
              />
            ))}
          </div>
        </FieldSet>
        <Field label="Expires">
          {(control) => (
            <select
              {...control}
              className="input"
              value={chosenExpiry}
              onChange={(event) => setExpiry(event.target.value)}
            >
              {choices.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        {chosenExpiry === 'at' && (
          <Field label={`Time (${zoneLabel(zone, new Date())})`} error={expiryError}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="datetime-local"
                value={expiresAt}
                onChange={(event) => setExpiresAt(event.target.value)}
              />
            )}
          </Field>
        )}
      </form>
    </Modal>
  );
}

/** Unix milliseconds. */
function daysEnd(days: string): number {
  return days === '' ? Infinity : serverNow() + Number(days) * 86_400_000;
}

function ShownOnce({ apiKey, name, onClose }: { apiKey: string; name: string; onClose: () => void }) {
  return (
    <Modal
      open
      sticky
      onClose={onClose}
      title={`Your key: ${name}`}
      description="Copy it now and keep it like a password: we store only a hash, so it is never shown again."
      foot={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Field label="API key">
        {(control) => (
          <div className="with-button">
            <input
              {...control}
              className="input mono"
              readOnly
              value={apiKey}
              onFocus={(event) => event.target.select()}
            />
            <CopyButton text={apiKey} label="Copy API key">
              Copy
            </CopyButton>
          </div>
        )}
      </Field>
    </Modal>
  );
}
