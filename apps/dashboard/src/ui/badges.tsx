import { Check, CircleSlash, Clock, Pause, X, Zap } from 'lucide-react';
import type { DeliveryStatus, Webhook } from '../api/types';

/** A webhook's state, in the help page's words. */
export function WebhookBadge({ webhook }: { webhook: Pick<Webhook, 'status' | 'circuit'> }) {
  if (webhook.status === 'PAUSED') return <span className="badge"><Pause size={11} aria-hidden="true" />Paused</span>; // prettier-ignore
  if (webhook.status === 'DISABLED') return <span className="badge bad"><CircleSlash size={11} aria-hidden="true" />Disabled</span>; // prettier-ignore
  return (
    <span className="row wrap" style={{ gap: 4 }}>
      <span className="badge good">
        <Check size={11} strokeWidth={3} aria-hidden="true" />
        Active
      </span>
      {webhook.circuit.state !== 'CLOSED' && (
        <span className="badge warn">
          <Zap size={11} aria-hidden="true" />
          {webhook.circuit.state === 'OPEN' ? 'Not responding' : 'Trying again'}
        </span>
      )}
    </span>
  );
}

export function DeliveryBadge({ status }: { status: DeliveryStatus }) {
  switch (status) {
    case 'DELIVERED':
      return <span className="badge good"><Check size={11} strokeWidth={3} aria-hidden="true" />Delivered</span>; // prettier-ignore
    case 'FAILED':
      return <span className="badge bad"><X size={11} strokeWidth={3} aria-hidden="true" />Failed</span>; // prettier-ignore
    default:
      return <span className="badge note"><Clock size={11} aria-hidden="true" />Pending</span>; // prettier-ignore
  }
}

export function StatusCode({ code }: { code: number | null }) {
  if (code === null) return <span className="soft">–</span>;
  return <span className={`badge ${code >= 200 && code < 300 ? 'good' : 'bad'} tabular`}>{code}</span>;
}
