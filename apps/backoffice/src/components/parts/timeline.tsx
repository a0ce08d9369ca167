import React from 'react';
import type { AttemptItem, TimelineItem } from '../../explain/timeline';
import { CopyButton, Headers, lengthOf, Pretty, State, Time } from './ui';

const TRIGGERS: Record<string, string> = { manual: 'asked for by hand', replay: 'a replay', test: 'a test' };

/** What happened, in its order, with what passed in between. */
export function Timeline({ items }: { items: TimelineItem[] }) {
  const last = items.findLastIndex((item) => item.kind === 'attempt');
  return <ol className="bo-timeline">{items.map((item, i) => <Item key={keyOf(item, i)} item={item} isNewest={i === last} />)}</ol>; // prettier-ignore
}

function Item({ item, isNewest }: { item: TimelineItem; isNewest: boolean }) {
  switch (item.kind) {
    case 'wait':
      return <li className="wait">{lengthOf(item.ms)} later</li>;
    case 'attempt':
      return <li className={item.outcome === 'DELIVERED' ? 'good' : 'bad'}><AttemptDetails attempt={item} isOpen={isNewest} /></li>; // prettier-ignore
    case 'next':
      return <li className="next">{item.text}{item.at && <> at <Time at={item.at} /></>}</li>; // prettier-ignore
    default:
      return <li className="mark">{item.text} <Time at={item.at} /></li>; // prettier-ignore
  }
}

/** One attempt with its request and answer. */
export function AttemptDetails({ attempt, isOpen }: { attempt: AttemptItem; isOpen: boolean }) {
  const { response } = attempt;
  return (
    <details open={isOpen}>
      <summary>
        <strong>Attempt {attempt.number}</strong>
        {TRIGGERS[attempt.trigger] && <span className="bo-faint"> ({TRIGGERS[attempt.trigger]})</span>} <State value={attempt.outcome} />{' '}
        {attempt.statusCode !== null && <code>{attempt.statusCode}</code>} <span>after {lengthOf(attempt.durationMs)}</span>
        <br />
        <Time at={attempt.at} />
      </summary>
      {attempt.outcome !== 'DELIVERED' && (
        <p>
          {attempt.explanation.whatHappened}
          {attempt.error?.code && <> <code>{attempt.error.code}</code></>}
          {attempt.error?.text && <span className="bo-faint"> {attempt.error.text}</span>}
        </p>
      )}
      <h3>
        Request {attempt.curl && <CopyButton text={attempt.curl} label="Copy as curl" />}
      </h3>
      <p className="bo-wrap"><code>POST {attempt.request.url}</code></p>
      <Headers of={attempt.request.headers} />
      <h3>Answer</h3>
      {response === null ? (
        <p className="bo-none">There was none.</p>
      ) : (
        <>
          <Headers of={response.headers} />
          {response.body ? <Pretty text={response.body} /> : <p className="bo-none">No body{response.body === null ? ': it was expunged.' : '.'}</p>}
          {response.truncated && <p className="bo-cut">It went on: only its beginning is kept.</p>}
        </>
      )}
    </details>
  );
} // prettier-ignore

function keyOf(item: TimelineItem, i: number): string {
  return item.kind === 'attempt' ? item.id : `${item.kind}${i}`;
}
