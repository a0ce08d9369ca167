import { useEffect, useState } from 'react';
import { serverNow } from '../../api/client';
import { useWebhooks, type DeliveryFilter } from '../../api/queries';
import { EVENT_TYPES } from '../../lib/event-types';
import { useZone } from '../../lib/preferences';
import { fromWallTime, toWallTime, zoneLabel } from '../../lib/time';

interface Props {
  filter: DeliveryFilter;
  /** An empty value takes a filter away. */
  onChange: (part: DeliveryFilter) => void;
}

export function Filters({ filter, onChange, withWebhook }: Props & { withWebhook: boolean }) {
  return (
    <div className="filters grow" role="search" aria-label="Filter deliveries">
      <label>
        Status
        <select
          className="input compact"
          value={filter.status ?? ''}
          onChange={(event) => onChange({ status: event.target.value })}
        >
          <option value="">All</option>
          <option value="PENDING">Pending</option>
          <option value="DELIVERED">Delivered</option>
          <option value="FAILED">Failed</option>
        </select>
      </label>
      {withWebhook && <WebhookFilter filter={filter} onChange={onChange} />}
      <label>
        Event
        <select
          className="input compact"
          value={filter.eventType ?? ''}
          onChange={(event) => onChange({ eventType: event.target.value })}
        >
          <option value="">All</option>
          {EVENT_TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <IdFilter filter={filter} onChange={onChange} />
      <TimeFilter filter={filter} onChange={onChange} />
    </div>
  );
}

function WebhookFilter({ filter, onChange }: Props) {
  const webhooks = useWebhooks();
  return (
    <label>
      Webhook
      <select
        className="input compact"
        value={filter.webhookId ?? ''}
        onChange={(event) => onChange({ webhookId: event.target.value })}
      >
        <option value="">All</option>
        {webhooks.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One box for call and event ids: an event id says by its prefix that it is one. */
function IdFilter({ filter, onChange }: Props) {
  const present = filter.callId ?? filter.eventId ?? '';
  const [text, setText] = useState(present);
  useEffect(() => setText(present), [present]);
  const apply = (): void => {
    const id = text.trim();
    if (id === present) return;
    const isEvent = /^evt_[0-9a-f-]{36}$/.test(id);
    onChange({ eventId: isEvent ? id : '', callId: isEvent ? '' : id });
  };
  return (
    <label>
      Call or event id
      <input
        className="input compact mono"
        type="search"
        value={text}
        placeholder="call_… or evt_…"
        onChange={(event) => setText(event.target.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === 'Enter' && apply()}
      />
    </label>
  );
}

const SPANS: [hours: string, name: string][] = [
  ['1', 'Last hour'],
  ['24', 'Last 24 hours'],
  ['168', 'Last 7 days'],
];

/** A span becomes a fixed time when it is chosen, so that a shared address shows the same to everyone. */
function TimeFilter({ filter, onChange }: Props) {
  const zone = useZone();
  const [span, setSpan] = useState(filter.since || filter.until ? 'custom' : '');
  const cleared = !filter.since && !filter.until;
  useEffect(() => {
    if (cleared) setSpan((before) => (before === 'custom' ? before : ''));
  }, [cleared]);
  const choose = (value: string): void => {
    setSpan(value);
    if (value === 'custom') return;
    const since = value === '' ? '' : new Date(serverNow() - Number(value) * 3_600_000).toISOString();
    onChange({ since, until: '' });
  };
  const bound = (name: 'since' | 'until', label: string) => (
    <label>
      {label} ({zoneLabel(zone, new Date())})
      <input
        className="input compact"
        type="datetime-local"
        value={filter[name] ? toWallTime(new Date(filter[name]), zone) : ''}
        onChange={(event) =>
          onChange({ [name]: fromWallTime(event.target.value, zone)?.toISOString() ?? '' })
        }
      />
    </label>
  );
  return (
    <>
      <label>
        Time
        <select className="input compact" value={span} onChange={(event) => choose(event.target.value)}>
          <option value="">Any time</option>
          {SPANS.map(([hours, name]) => (
            <option key={hours} value={hours}>
              {name}
            </option>
          ))}
          <option value="custom">From … to …</option>
        </select>
      </label>
      {span === 'custom' && (
        <>
          {bound('since', 'From')}
          {bound('until', 'To')}
        </>
      )}
    </>
  );
}
