import { useRef, useState, type FormEvent } from 'react';
import { ApiProblem, serverNow } from '../../api/client';
import { useCreateApiKey } from '../../api/queries';
import { useZone } from '../../lib/preferences';
import { fromWallTime, toWallTime, zoneLabel } from '../../lib/time';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Modal } from '../../ui/dialog';
import { Field, focusFirstError } from '../../ui/field';
import { Banner } from '../../ui/states';

const DAYS = [
  ['', 'Never'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['at', 'At a time of your choice'],
] as const;

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
  const [expiry, setExpiry] = useState('');
  const [expiresAt, setExpiresAt] = useState(() => toWallTime(new Date(serverNow() + 7 * 86_400_000), zone));
  const [own, setOwn] = useState<{ name?: string; expiresAt?: string }>({});
  const problem = create.error instanceof ApiProblem ? create.error : null;
  const nameError = own.name ?? problem?.fieldError('name');
  const expiryError = own.expiresAt ?? problem?.fieldError('expiresAt');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const chosen = expiry === 'at' ? fromWallTime(expiresAt, zone) : null;
    const wrong = {
      ...(name.trim() === '' ? { name: 'Give the key a name' } : {}),
      ...(expiry === 'at' && (!chosen || chosen.getTime() <= serverNow())
        ? { expiresAt: 'Choose a time in the future' }
        : {}),
    };
    setOwn(wrong);
    if (Object.keys(wrong).length > 0) return focusFirstError(form.current);
    const end = chosen ?? (expiry === '' ? null : new Date(serverNow() + Number(expiry) * 86_400_000));
    create.mutate(
      { name: name.trim(), ...(end ? { expiresAt: end.toISOString() } : {}) },
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
          hint="What it is for, so that you know later which one to revoke."
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
        <Field label="Expires">
          {(control) => (
            <select
              {...control}
              className="input"
              value={expiry}
              onChange={(event) => setExpiry(event.target.value)}
            >
              {DAYS.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        {expiry === 'at' && (
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
