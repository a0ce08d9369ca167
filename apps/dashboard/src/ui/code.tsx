import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { occurrences, pretty, tokens } from '../lib/json';
import { Button } from './button';
import { CopyButton } from './copy';

/** A text in a box, coloured if it is JSON, with copying and, where it is long, searching. */
export function Code({
  title,
  text,
  format = false,
  searchable = false,
  plain = false,
  note,
  children,
}: {
  title: string;
  text: string;
  /** Offer an indented view beside the bytes as they are. */
  format?: boolean;
  searchable?: boolean;
  /** Not JSON: no colours, and lines are not wrapped. */
  plain?: boolean;
  note?: ReactNode;
  children?: ReactNode;
}) {
  const [raw, setRaw] = useState(false);
  const [search, setSearch] = useState('');
  const [current, setCurrent] = useState(0);
  const box = useRef<HTMLPreElement>(null);
  const formatted = useMemo(() => (format ? pretty(text) : null), [format, text]);
  const shown = raw || formatted === null ? text : formatted;
  const found = useMemo(() => occurrences(shown, search), [shown, search]);
  useEffect(() => {
    setCurrent(0);
  }, [search, raw]);
  useEffect(() => {
    box.current?.querySelector('mark.now')?.scrollIntoView({ block: 'nearest' });
  }, [current, found]);
  const step = (by: number): void =>
    setCurrent((at) => (found.length === 0 ? 0 : (at + by + found.length) % found.length));
  return (
    <div className="code">
      <div className="code-bar">
        <h3 className="grow">{title}</h3>
        {searchable && (
          <>
            <input
              className="input"
              type="search"
              placeholder="Search"
              aria-label={`Search in ${title.toLowerCase()}`}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                step(event.shiftKey ? -1 : 1);
              }}
            />
            <span className="soft tabular small" role="status">
              {search === '' ? '' : found.length === 0 ? 'Not found' : `${current + 1} of ${found.length}`}
            </span>
            {found.length > 1 && (
              <>
                <Button
                  small
                  look="quiet"
                  aria-label="Previous match"
                  icon={<ChevronUp size={14} aria-hidden="true" />}
                  onClick={() => step(-1)}
                />
                <Button
                  small
                  look="quiet"
                  aria-label="Next match"
                  icon={<ChevronDown size={14} aria-hidden="true" />}
                  onClick={() => step(1)}
                />
              </>
            )}
          </>
        )}
        {formatted !== null && (
          <Button small look="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            Raw
          </Button>
        )}
        {children}
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </div>
      {/* It may scroll, so the keyboard must reach it. */}
      <pre
        ref={box}
        tabIndex={0}
        role="region"
        aria-label={title}
        className={plain ? 'unwrapped' : undefined}
      >
        <code>
          {plain ? shown : <Coloured text={shown} found={found} length={search.length} current={current} />}
        </code>
      </pre>
      {note && (
        <div className="small soft" style={{ padding: '0 14px 10px' }}>
          {note}
        </div>
      )}
    </div>
  );
}

function Coloured({
  text,
  found,
  length,
  current,
}: {
  text: string;
  found: number[];
  length: number;
  current: number;
}) {
  const pieces = useMemo(() => tokens(text), [text]);
  if (found.length === 0) {
    return <>{pieces.map(({ text: piece, kind }, index) => (kind ? <span key={index} className={kind}>{piece}</span> : piece))}</>; // prettier-ignore
  }
  const parts: ReactNode[] = [];
  let end = 0;
  found.forEach((at, index) => {
    parts.push(text.slice(end, at));
    parts.push(<mark key={at} className={index === current ? 'now' : undefined}>{text.slice(at, at + length)}</mark>); // prettier-ignore
    end = at + length;
  });
  return <>{parts}{text.slice(end)}</>; // prettier-ignore
}

/** Header names and values. */
export function Headers({ title, headers }: { title: string; headers: Record<string, string> | null }) {
  const entries = Object.entries(headers ?? {});
  return (
    <div className="code">
      <div className="code-bar">
        <h3 className="grow">{title}</h3>
        <CopyButton
          text={() => entries.map(([name, value]) => `${name}: ${value}`).join('\n')}
          label={`Copy ${title.toLowerCase()}`}
        />
      </div>
      {entries.length === 0 ? (
        <p className="soft small" style={{ padding: '10px 14px' }}>
          None
        </p>
      ) : (
        <dl className="headers">
          {entries.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
