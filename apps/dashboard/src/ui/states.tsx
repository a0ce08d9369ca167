import { CircleAlert, CircleCheck, Info, RefreshCw, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client';
import { Button } from './button';

/** Grey lines where rows will be. */
export function Skeleton({ rows = 5, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className="card padded stack" role="status">
      <span className="visually-hidden">{label}…</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="skeleton" style={{ width: `${[92, 74, 84, 66, 79][row % 5]}%` }} />
      ))}
    </div>
  );
}

export function Empty({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon size={28} strokeWidth={1.6} aria-hidden="true" />
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Something could not be loaded: what, why, and a way on. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div className="card">
      <div className="empty" role="alert">
        <CircleAlert size={28} strokeWidth={1.6} aria-hidden="true" />
        <h2>{problem?.status === 404 ? 'This does not exist (any more)' : 'This could not be loaded'}</h2>
        <p>{problem?.detail ?? 'Something went wrong in the dashboard.'}</p>
        {problem?.requestId && (
          <p className="small">
            Request id for our support: <span className="mono">{problem.requestId}</span>
          </p>
        )}
        <Button icon={<RefreshCw size={15} aria-hidden="true" />} onClick={onRetry}>
          Try again
        </Button>
      </div>
    </div>
  );
}

const BANNER_ICONS = { note: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert };

export function Banner({
  kind,
  title,
  children,
  actions,
}: {
  kind: keyof typeof BANNER_ICONS;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const Icon = BANNER_ICONS[kind];
  return (
    <div className={`banner ${kind}`}>
      <Icon size={18} aria-hidden="true" />
      <div className="grow">
        <p className="banner-title">{title}</p>
        {children && <div>{children}</div>}
        {actions && <div className="actions">{actions}</div>}
      </div>
    </div>
  );
}
