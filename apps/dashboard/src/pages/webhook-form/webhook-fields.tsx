import { Eye, EyeOff, WandSparkles } from 'lucide-react';
import { useState } from 'react';
import { useEventTypes } from '../../api/queries';
import type { EventType, PayloadFormat } from '../../api/types';
import { EVENT_TYPES } from '../../lib/event-types';
import { generateSecret } from '../../signature/hmac';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Choice, Field, FieldSet } from '../../ui/field';

export interface WebhookValues {
  name: string;
  url: string;
  events: EventType[];
  format: PayloadFormat;
}

export type FieldErrors = Partial<Record<string, string>>;

/** What can be told before the server is asked; the server has the last word on each. */
export function checkValues(values: WebhookValues): FieldErrors {
  const errors: FieldErrors = {};
  if (values.name.trim() === '') errors.name = 'Enter a name';
  if (values.url.trim() === '') errors.url = 'Enter a URL';
  else if (!/^https?:\/\/[^\s/]+/i.test(values.url.trim()))
    errors.url = 'Enter a whole URL, beginning with https://';
  if (values.events.length === 0) errors.events = 'Select at least one event';
  return errors;
}

interface Props {
  values: WebhookValues;
  errors: FieldErrors;
  onChange: (change: Partial<WebhookValues>) => void;
}

export function NameAndUrl({ values, errors, onChange }: Props) {
  return (
    <>
      <Field label="Name" error={errors.name} hint="A descriptive name, for you to find it again.">
        {(control) => (
          <input
            {...control}
            className="input"
            maxLength={100}
            placeholder="CRM Integration"
            value={values.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="URL"
        error={errors.url}
        hint="Where we send the data by POST. It must be reachable from the internet."
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="url"
            inputMode="url"
            autoComplete="off"
            maxLength={2048}
            placeholder="https://example.com/webhooks/skipcalls"
            value={values.url}
            onChange={(event) => onChange({ url: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

export function EventsField({ values, errors, onChange }: Props) {
  const types = useEventTypes();
  const toggle = (type: EventType, on: boolean): void =>
    onChange({ events: EVENT_TYPES.filter((each) => (each === type ? on : values.events.includes(each))) });
  return (
    <FieldSet label="Events" error={errors.events}>
      <div className="choices">
        {EVENT_TYPES.map((type) => (
          <Choice
            key={type}
            type="checkbox"
            name="events"
            value={type}
            title={<span className="mono">{type}</span>}
            text={types.data?.find((each) => each.type === type)?.description}
            checked={values.events.includes(type)}
            onChange={(on) => toggle(type, on)}
          />
        ))}
      </div>
    </FieldSet>
  );
}

export function FormatField({ values, onChange }: Props) {
  return (
    <FieldSet label="Format">
      <div className="choices two">
        <Choice
          type="radio"
          name="format"
          value="DEFAULT"
          title="Default"
          text="Full nested data, for your own code."
          checked={values.format === 'DEFAULT'}
          onChange={() => onChange({ format: 'DEFAULT' })}
        />
        <Choice
          type="radio"
          name="format"
          value="ZAPIER"
          title="Zapier"
          text="One flat object, for automation tools."
          checked={values.format === 'ZAPIER'}
          onChange={() => onChange({ format: 'ZAPIER' })}
        />
      </div>
    </FieldSet>
  );
}

/** Typed or made here; never shown by us again. */
export function SecretField({
  label = 'Secret',
  value,
  error,
  optional = true,
  onChange,
}: {
  label?: string;
  value: string;
  error?: string;
  optional?: boolean;
  onChange: (value: string) => void;
}) {
  const [visible, setVisible] = useState(false);
  return (
    <Field
      label={label}
      optional={optional}
      error={error}
      hint={
        value === '' ? (
          <>
            Signs every request, so that you can verify the{' '}
            <code className="inline">X-Webhook-Signature</code> header.
          </>
        ) : (
          'Copy it into your server’s settings now: we store it encrypted and never show it again.'
        )
      }
    >
      {(control) => (
        <div className="with-button">
          <input
            {...control}
            className="input mono"
            type={visible ? 'text' : 'password'}
            autoComplete="new-password"
            spellCheck={false}
            maxLength={256}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          {value !== '' && (
            <>
              <Button
                look="quiet"
                aria-label={visible ? 'Hide the secret' : 'Show the secret'}
                icon={
                  visible ? <EyeOff size={16} aria-hidden="true" /> : <Eye size={16} aria-hidden="true" />
                }
                onClick={() => setVisible(!visible)}
              />
              <CopyButton text={value} label="Copy the secret" />
            </>
          )}
          <Button
            icon={<WandSparkles size={15} aria-hidden="true" />}
            onClick={() => {
              onChange(generateSecret());
              setVisible(true);
            }}
          >
            Generate
          </Button>
        </div>
      )}
    </Field>
  );
}
