import { CircleCheck, CircleX, Send } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { ApiProblem } from '../../api/client';
import { useTestWebhook } from '../../api/queries';
import type { EventType, TestResult, Webhook } from '../../api/types';
import { adviceFor } from '../../lib/advice';
import { asCurl } from '../../lib/curl';
import { duration } from '../../lib/time';
import { Button } from '../../ui/button';
import { Code, Headers } from '../../ui/code';
import { CopyButton } from '../../ui/copy';
import { Modal } from '../../ui/dialog';
import { Banner } from '../../ui/states';

/** Sends a sample event at once, and shows what came of it. */
export function TestWebhookButton({ webhook, small }: { webhook: Webhook; small?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        small={small}
        icon={<Send size={14} aria-hidden="true" />}
        onClick={() => setOpen(true)}
        title={`Send a sample event to ${webhook.name}`}
      >
        Test Webhook
      </Button>
      {open && <TestDialog webhook={webhook} onClose={() => setOpen(false)} />}
    </>
  );
}

function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const test = useTestWebhook(webhook.id);
  const [eventType, setEventType] = useState<EventType>(webhook.events[0]!);
  const started = useRef(false);
  useEffect(() => {
    // Once, although development mode runs effects twice.
    if (started.current) return;
    started.current = true;
    test.mutate(eventType);
  });
  return (
    <Modal
      open
      wide
      onClose={onClose}
      title={`Test ${webhook.name}`}
      foot={
        <div className="row wrap grow between">
          <label className="row small">
            <span>Event</span>
            <select
              className="input compact"
              value={eventType}
              onChange={(event) => setEventType(event.target.value as EventType)}
            >
              {webhook.events.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </select>
          </label>
          <span className="row">
            <Button onClick={onClose}>Close</Button>
            <Button
              look="primary"
              icon={<Send size={14} aria-hidden="true" />}
              busy={test.isPending}
              onClick={() => test.mutate(eventType)}
            >
              Send again
            </Button>
          </span>
        </div>
      }
    >
      <div role="status" aria-live="polite" className="stack">
        {test.isPending ? (
          <p className="row">
            <span className="spinner" aria-hidden="true" />
            Sending a sample {eventType} to {webhook.url} …
          </p>
        ) : test.error ? (
          <Banner kind="bad" title="The test could not be sent">
            {test.error instanceof ApiProblem ? test.error.detail : 'Something went wrong.'}
          </Banner>
        ) : test.data ? (
          <Verdict result={test.data} />
        ) : null}
      </div>
      {test.data && !test.isPending && <Exchange result={test.data} url={webhook.url} />}
    </Modal>
  );
}

function Verdict({ result }: { result: TestResult }) {
  if (result.delivered) {
    return (
      <div className="banner good">
        <CircleCheck size={18} aria-hidden="true" />
        <div>
          <p className="banner-title">
            Delivered: your server answered {result.statusCode} in {duration(result.durationMs)}
          </p>
          <p>The webhook works. Real events arrive in the same way.</p>
        </div>
      </div>
    );
  }
  const advice = adviceFor({ statusCode: result.statusCode, error: result.error });
  return (
    <div className="banner bad">
      <CircleX size={18} aria-hidden="true" />
      <div className="stack tight">
        <div>
          <p className="banner-title">
            {advice.title}
            {result.statusCode !== null && ` (${result.statusCode})`}
          </p>
          <p>{advice.todo}</p>
        </div>
        <p className="small">
          {result.error?.text} It took {duration(result.durationMs)}. A test is sent once, without retries.
        </p>
      </div>
    </div>
  );
}

function Exchange({ result, url }: { result: TestResult; url: string }) {
  const { request, response } = result;
  return (
    <>
      <div className="row between">
        <h3>Request</h3>
        <CopyButton text={() => asCurl({ url, ...request })} label="Copy as curl">
          Copy as curl
        </CopyButton>
      </div>
      <Headers title="Request headers" headers={request.headers} />
      <Code title="Request body" text={request.body} format searchable />
      <h3>Response</h3>
      {response.headers ? (
        <>
          <Headers title="Response headers" headers={response.headers} />
          <Code
            title="Response body"
            text={response.body ?? ''}
            format
            searchable={(response.body ?? '').length > 200}
          />
        </>
      ) : (
        <p className="soft">No response was received.</p>
      )}
      <p className="small">
        <Link to={`/deliveries/${result.deliveryId}`} className="underlined">
          Open this delivery
        </Link>
      </p>
    </>
  );
}
