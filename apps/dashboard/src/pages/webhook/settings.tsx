import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ApiProblem } from '../../api/client';
import { useUpdateWebhook } from '../../api/queries';
import type { RetryPolicy, Webhook, WebhookInput } from '../../api/types';
import { Button } from '../../ui/button';
import { Id } from '../../ui/copy';
import { Choice, Field, FieldSet, focusFirstError } from '../../ui/field';
import { Banner } from '../../ui/states';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';
import { withSubject } from '../webhook-form/create';
import {
  checkValues,
  EventsField,
  FormatField,
  NameAndUrl,
  type FieldErrors,
} from '../webhook-form/webhook-fields';
import { DangerZone } from './danger-zone';
import { HeadersField, fromRows, toRows } from './headers-field';
import { SecretSection } from './secret-section';

export function WebhookSettings({ webhook, etag }: { webhook: Webhook; etag: string | null }) {
  return (
    <div className="stack loose" style={{ maxWidth: 720 }}>
      {/* A version that somebody else has saved begins the form anew. */}
      <GeneralForm key={webhook.id} webhook={webhook} etag={etag} />
      {webhook.type === 'HTTP' && <SecretSection webhook={webhook} />}
      <section className="card padded" aria-label="Facts">
        <dl className="facts">
          <div>
            <dt>Webhook id</dt>
            <dd>
              <Id value={webhook.id} />
            </dd>
          </div>
          <div>
            <dt>Created</dt>
            <dd>
              <Time at={webhook.createdAt} as="full" />
            </dd>
          </div>
          <div>
            <dt>Last changed</dt>
            <dd>
              <Time at={webhook.updatedAt} as="full" />
            </dd>
          </div>
        </dl>
      </section>
      <DangerZone webhook={webhook} />
    </div>
  );
}

const POLICIES: [RetryPolicy, string, string][] = [
  ['STANDARD', 'Standard', '3 retries, after 1, 2 and 4 seconds.'],
  [
    'EXTENDED',
    'Extended',
    'Also after 1, 5 and 30 minutes, 2, 5, 10 and 10 hours: for servers that can be away for long.',
  ],
];

/** A copy of what can be edited; limits as text, because a field may be empty. */
function editable(webhook: Webhook) {
  return {
    name: webhook.name,
    url: webhook.url,
    events: webhook.events,
    format: webhook.format,
    retryPolicy: webhook.retryPolicy,
    maxConcurrency: webhook.maxConcurrency?.toString() ?? '',
    rateLimitPerSecond: webhook.rateLimitPerSecond?.toString() ?? '',
    headers: toRows(webhook.headers),
  };
}

function contentOf(values: ReturnType<typeof editable>): string {
  return JSON.stringify({ ...values, headers: fromRows(values.headers) });
}

function GeneralForm({ webhook, etag }: { webhook: Webhook; etag: string | null }) {
  const update = useUpdateWebhook(webhook.id);
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(() => editable(webhook));
  // What the form began with: a later version must not be overwritten unseen.
  const [base, setBase] = useState(() => ({ etag, content: contentOf(editable(webhook)) }));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [general, setGeneral] = useState<ApiProblem | null>(null);
  const change = (part: Partial<typeof values>): void => {
    setValues((before) => ({ ...before, ...part }));
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !(name in part))));
  };
  const begin = (from: Webhook, version: string | null): void => {
    setValues(editable(from));
    setBase({ etag: version, content: contentOf(editable(from)) });
  };
  useEffect(() => {
    if (etag === base.etag) return;
    const untouched = contentOf(values) === base.content;
    // A change of something that this form does not show (a pause, a new secret) is no conflict either.
    if (contentOf(editable(webhook)) === base.content) setBase({ ...base, etag });
    else if (untouched) begin(webhook, etag);
  }, [etag, webhook, base, values]);
  const reload = (): void => {
    begin(webhook, etag);
    setGeneral(null);
    setErrors({});
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = { ...checkValues(values), ...limitErrors(values) };
    setErrors(found);
    setGeneral(null);
    if (Object.keys(found).length > 0) return focusFirstError(form.current);
    const changed: Partial<WebhookInput> = {
      name: values.name.trim(),
      url: values.url.trim(),
      events: values.events,
      ...(webhook.type === 'HTTP' ? { format: values.format } : {}),
      retryPolicy: values.retryPolicy,
      maxConcurrency: values.maxConcurrency === '' ? null : Number(values.maxConcurrency),
      rateLimitPerSecond: values.rateLimitPerSecond === '' ? null : Number(values.rateLimitPerSecond),
      headers: fromRows(values.headers),
    };
    update.mutate(
      { change: changed, etag: base.etag },
      {
        onSuccess: ({ body, etag: saved }) => {
          toast.say('Saved.');
          begin(body, saved);
        },
        onError: (error) => {
          const problem = error instanceof ApiProblem ? error : null;
          const names = [
            'name',
            'url',
            'events',
            'format',
            'maxConcurrency',
            'rateLimitPerSecond',
            'headers',
          ];
          const byField = Object.fromEntries(
            names.map((name) => [name, problem?.fieldError(name)]).filter(([, text]) => text),
          ) as FieldErrors;
          if (byField.headers?.startsWith('must be sent again'))
            byField.headers =
              'Enter the masked values again, or remove these headers: the URL changes to another host.';
          setErrors(byField);
          if (Object.keys(byField).length === 0) setGeneral(problem);
          focusFirstError(form.current);
        },
      },
    );
  };
  const fields = { values, errors: withSubject(errors), onChange: change };
  return (
    <form
      ref={form}
      className="stack"
      style={{ gap: 22 }}
      onSubmit={submit}
      noValidate
      aria-label="Webhook settings"
    >
      {general && (
        <Banner
          kind="bad"
          title={
            general.status === 412
              ? 'Somebody else has changed this webhook in the meantime'
              : 'This could not be saved'
          }
          actions={
            general.status === 412 && (
              <Button small onClick={reload}>
                Load their version
              </Button>
            )
          }
        >
          {general.detail}
        </Banner>
      )}
      <NameAndUrl {...fields} />
      <EventsField {...fields} />
      {webhook.type === 'HTTP' && <FormatField {...fields} />}
      <FieldSet label="Retries">
        <div className="choices">
          {POLICIES.map(([value, title, text]) => (
            <Choice
              key={value}
              type="radio"
              name="retryPolicy"
              value={value}
              title={title}
              text={text}
              checked={values.retryPolicy === value}
              onChange={() => change({ retryPolicy: value })}
            />
          ))}
        </div>
      </FieldSet>
      <div className="choices two">
        <Field label="Requests a second, at most" optional error={fields.errors.rateLimitPerSecond}>
          {(control) => (
            <input
              {...control}
              className="input"
              inputMode="numeric"
              placeholder="No limit"
              value={values.rateLimitPerSecond}
              onChange={(event) => change({ rateLimitPerSecond: event.target.value })}
            />
          )}
        </Field>
        <Field label="Requests at the same time, at most" optional error={fields.errors.maxConcurrency}>
          {(control) => (
            <input
              {...control}
              className="input"
              inputMode="numeric"
              placeholder="As we see fit"
              value={values.maxConcurrency}
              onChange={(event) => change({ maxConcurrency: event.target.value })}
            />
          )}
        </Field>
      </div>
      <HeadersField
        rows={values.headers}
        error={fields.errors.headers}
        onChange={(headers) => change({ headers })}
      />
      <div>
        <Button type="submit" look="primary" busy={update.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function limitErrors(values: { maxConcurrency: string; rateLimitPerSecond: string }): FieldErrors {
  const wrong = (text: string): boolean => text !== '' && !/^[1-9]\d{0,5}$/.test(text);
  return {
    ...(wrong(values.maxConcurrency) ? { maxConcurrency: 'Enter a whole number, or leave it empty' } : {}),
    ...(wrong(values.rateLimitPerSecond)
      ? { rateLimitPerSecond: 'Enter a whole number, or leave it empty' }
      : {}),
  };
}
