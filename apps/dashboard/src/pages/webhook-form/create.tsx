import { useRef, useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem } from '../../api/client';
import { useCreateWebhook } from '../../api/queries';
import { Page } from '../../shell/page';
import { Button, LinkButton } from '../../ui/button';
import { focusFirstError } from '../../ui/field';
import { Banner } from '../../ui/states';
import { useToast } from '../../ui/toast';
import { MESSAGE_TYPE_NAMES, messageTypeOf } from '../../lib/webhook-type';
import { BodyPreview } from './body-preview';
import { MessagePreview } from './message-preview';
import {
  checkValues,
  EventsField,
  FormatField,
  NameAndUrl,
  SecretField,
  type FieldErrors,
  type WebhookValues,
} from './webhook-fields';

const FIELDS = ['name', 'url', 'events', 'secret', 'format'];
const LIST = '/settings/webhooks';

/** The help page's form: Name, URL, Events, Secret, Format, Save. */
export function CreateWebhookPage() {
  const [, navigate] = useLocation();
  const create = useCreateWebhook();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<WebhookValues>({ name: '', url: '', events: [], format: 'DEFAULT' });
  const [secret, setSecret] = useState('');
  const [errors, setErrors] = useState<FieldErrors>({});
  const [general, setGeneral] = useState<string | null>(null);

  // Slack, Discord, and Teams have their own message, and verify no signatures.
  const messageType = messageTypeOf(values.url);
  const change = (part: Partial<WebhookValues>): void => {
    setValues((before) => ({ ...before, ...part }));
    // What is being mended is not told off any longer.
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !(name in part))));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = checkValues(values);
    setErrors(found);
    setGeneral(null);
    if (Object.keys(found).length > 0) return focusFirstError(form.current);
    create.mutate(
      {
        ...values,
        name: values.name.trim(),
        url: values.url.trim(),
        ...(messageType ? { format: 'DEFAULT' } : secret === '' ? {} : { secret }),
      },
      {
        onSuccess: (webhook) => {
          toast.say(`${webhook.name} has been created. Test it with “Test Webhook”.`);
          for (const { message } of webhook.warnings) toast.warn(`The secret ${message}`);
          navigate(LIST);
        },
        onError: (error) => {
          const problem = error instanceof ApiProblem ? error : null;
          const byField = Object.fromEntries(
            FIELDS.map((field) => [field, problem?.fieldError(field)]).filter(([, text]) => text),
          );
          setErrors(byField as FieldErrors);
          if (Object.keys(byField).length === 0) setGeneral(problem?.detail ?? 'Something went wrong.');
          focusFirstError(form.current);
        },
      },
    );
  };
  const fields = { values, errors: withSubject(errors), onChange: change };
  return (
    <Page
      title="Create Webhook"
      crumbs={[
        { name: 'Settings', to: '/settings' },
        { name: 'API Keys', to: '/settings/api-keys' },
        { name: 'Webhooks', to: LIST },
      ]}
    >
      <div className="split form">
        <form
          ref={form}
          className="stack"
          style={{ gap: 22 }}
          onSubmit={submit}
          noValidate
          aria-label="Create Webhook"
        >
          {general && <Banner kind="bad" title={general} />}
          <NameAndUrl {...fields} />
          {messageType && (
            <Banner kind="note" title={`This is a ${MESSAGE_TYPE_NAMES[messageType]} webhook`}>
              Each event is posted to the channel as a message. The URL is stored encrypted, because anyone
              who knows it can post there.
            </Banner>
          )}
          <EventsField {...fields} />
          {!messageType && (
            <>
              <SecretField
                value={secret}
                error={fields.errors.secret}
                onChange={(value) => {
                  setSecret(value);
                  setErrors(({ secret: _mended, ...others }) => others);
                }}
              />
              <FormatField {...fields} />
            </>
          )}
          <div className="row">
            <Button type="submit" look="primary" busy={create.isPending}>
              Save
            </Button>
            <LinkButton to={LIST}>Cancel</LinkButton>
          </div>
        </form>
        <div className="sticky">
          {messageType ? (
            <MessagePreview type={messageType} events={values.events} />
          ) : (
            <BodyPreview format={values.format} events={values.events} secret={secret} />
          )}
        </div>
      </div>
    </Page>
  );
}

const SUBJECTS: Record<string, string> = {
  name: 'The name',
  url: 'The URL',
  events: 'The selection',
  secret: 'The secret',
  format: 'The format',
};

/** The API's messages begin with a verb ("must be …"), because the path stands before them; here the field does. */
export function withSubject(errors: FieldErrors): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([name, text]) => [
      name,
      text && /^[a-z]/.test(text) ? `${SUBJECTS[name] ?? 'This'} ${text}` : text,
    ]),
  );
}
