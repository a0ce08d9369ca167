import React, { type ReactNode } from 'react';
import { Link } from 'react-router-dom';

/** Where the page of a row is. */
export function pageOf(resource: string, id: string): string {
  return `/admin/resources/${resource}/records/${id}/show`;
}

/** A list with filters set, e.g. `listOf('deliveries', { accountId, 'createdAt~~from': since })`. */
export function listOf(resource: string, filters: Record<string, string>): string {
  const query = new URLSearchParams(
    Object.entries(filters).map(([name, value]) => [`filters.${name}`, value]),
  );
  return `/admin/resources/${resource}?${query.toString()}`;
}

export function To({ resource, id, children }: { resource: string; id: string; children?: ReactNode }) {
  return <Link className="bo-link" to={pageOf(resource, id)}>{children ?? id}</Link>; // prettier-ignore
}

const GOOD = ['DELIVERED', 'ACTIVE', 'CLOSED', 'DONE', 'up'];
const BAD = [
  'FAILED',
  'DISABLED',
  'OPEN',
  'down',
  'HTTP_ERROR',
  'TIMEOUT',
  'CONNECTION_FAILED',
  'DNS_FAILED',
  'TLS_FAILED',
  'INVALID_RESPONSE',
  'BLOCKED_ADDRESS',
];

/** A state as a badge. The word is always there: the colour only helps. */
export function State({ value }: { value: string }) {
  const tone = GOOD.includes(value) ? 'good' : BAD.includes(value) ? 'bad' : 'plain';
  return <span className={`bo-state ${tone}`}>{value.replaceAll('_', ' ')}</span>;
}

const TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** A time as the reader's clock has it; the title has it in UTC, as the customer's log may. */
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="bo-faint">–</span>;
  return <time dateTime={at} title={new Date(at).toISOString()}>{textOf(new Date(at))}</time>; // prettier-ignore
}

function textOf(date: Date): string {
  const text = TIME.format(date);
  return date.getFullYear() === new Date().getFullYear() ? text : `${date.getFullYear()}, ${text}`;
}

/** `340 ms`, `4.2 s`, `3 min`, `2 h`. */
export function lengthOf(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${Math.round(ms / 86_400_000)} d`;
}

export function Card({
  title,
  aside,
  children,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="bo-card">
      {title !== undefined && (
        <header>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** Names and values, two columns. */
export function Facts({ of }: { of: [name: string, value: ReactNode][] }) {
  return (
    <dl className="bo-facts">
      {of.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <span className="bo-faint">–</span>}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

export function Table({ head, rows, none }: { head: string[]; rows: ReactNode[][]; none: string }) {
  if (rows.length === 0) return <p className="bo-none">{none}</p>;
  return (
    <div className="bo-scroll">
      <table className="bo-table">
        <thead>
          <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>{rows.map((cells, i) => <tr key={i}>{cells.map((cell, j) => <td key={j}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  ); // prettier-ignore
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = React.useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return <button type="button" className="bo-button small" onClick={() => void copy()}>{copied ? 'Copied' : label}</button>; // prettier-ignore
}

/** The clipboard is there over https and on localhost only; elsewhere a selected text area does. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** JSON laid out to be read; other text as it is. */
export function Pretty({ text }: { text: string }) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // It is not JSON: shown as it came.
  }
  return <pre className="bo-pre">{shown}</pre>;
}

export function Headers({ of }: { of: Record<string, string> }) {
  const lines = Object.entries(of);
  if (lines.length === 0) return <p className="bo-none">None</p>;
  return <pre className="bo-pre">{lines.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>;
}
