import { Tabs } from 'radix-ui';
import { useState } from 'react';
import type { Attempt } from '../../api/types';
import { adviceFor } from '../../lib/advice';
import { asCurl } from '../../lib/curl';
import { duration } from '../../lib/time';
import { Code, Headers } from '../../ui/code';
import { CopyButton } from '../../ui/copy';
import { Banner } from '../../ui/states';
import { Time } from '../../ui/time';

/** What one attempt sent and got, and what it means. */
export function AttemptDetail({ attempt }: { attempt: Attempt }) {
  const failed = attempt.outcome !== 'DELIVERED';
  const advice = failed ? adviceFor(attempt) : null;
  const [tab, setTab] = useState(failed ? 'response' : 'request');
  const { request, response } = attempt;
  return (
    <section className="stack" aria-labelledby="attempt-title">
      <div className="row wrap between">
        <div>
          <h2 id="attempt-title">Attempt {attempt.number}</h2>
          <p className="soft small">
            <Time at={attempt.startedAt} as="full" /> · took {duration(attempt.durationMs)}
          </p>
        </div>
        <CopyButton text={() => asCurl(request)} label="Copy as curl">
          Copy as curl
        </CopyButton>
      </div>
      {advice && (
        <Banner kind="bad" title={advice.title}>
          <p>{advice.todo}</p>
          {attempt.error?.text && attempt.error.text !== advice.title && (
            <p className="small">
              {attempt.error.text}
              {attempt.error.code && <span className="mono"> ({attempt.error.code})</span>}
            </p>
          )}
        </Banner>
      )}
      <Tabs.Root value={tab} onValueChange={setTab}>
        <Tabs.List className="tabs-list small-gap" aria-label={`Attempt ${attempt.number}`}>
          <Tabs.Trigger className="tab" value="request">
            Request
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="response">
            Response
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="request" tabIndex={-1} className="stack">
          <p className="mono">POST {request.url}</p>
          <Headers title="Request headers" headers={request.headers} />
          {request.body === null ? (
            <p className="card padded soft">The body has been removed.</p>
          ) : (
            <Code title="Request body" text={request.body} format searchable />
          )}
        </Tabs.Content>
        <Tabs.Content value="response" tabIndex={-1} className="stack">
          {response ? (
            <>
              <Headers title={`Response headers, status ${attempt.statusCode}`} headers={response.headers} />
              {response.body === '' ? (
                <p className="card padded soft">The response has no body.</p>
              ) : (
                <Code
                  title="Response body"
                  text={response.body}
                  format
                  searchable
                  note={response.truncated && 'Longer than this: we keep the first 4 KiB.'}
                />
              )}
            </>
          ) : (
            <p className="card padded soft">No response was received.</p>
          )}
        </Tabs.Content>
      </Tabs.Root>
    </section>
  );
}
