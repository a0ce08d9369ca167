import { Check, Clock, X } from 'lucide-react';
import type { Attempt, DeliveryDetail, Trigger } from '../../api/types';
import { outcomeName } from '../../lib/advice';
import { duration } from '../../lib/time';
import { StatusCode } from '../../ui/badges';
import { Countdown, Time } from '../../ui/time';

const TRIGGERS: Record<Trigger, string> = {
  event: 'First attempt',
  retry: 'Retry',
  manual: 'Resent',
  replay: 'Recovered',
  test: 'Test',
};

const WAITING = {
  RETRY_DUE: 'Next attempt',
  ROOM: 'Waiting for its turn: this webhook has as much under way as it may have',
  CIRCUIT_OPEN: 'Waiting until your server responds again',
  PAUSED: 'Waiting until the webhook is active again',
  RETRY_AFTER: 'Waiting: your server asked for it (Retry-After)',
};

/** The attempts, newest first, and before them what comes next. */
export function Timeline({
  delivery,
  chosen,
  onChoose,
}: {
  delivery: DeliveryDetail;
  chosen: number | null;
  onChoose: (number: number) => void;
}) {
  const waiting = delivery.held ?? delivery.waitingFor;
  return (
    <ol className="timeline">
      {delivery.status === 'PENDING' && (
        <li>
          <span className="dot note">
            <Clock size={13} aria-hidden="true" />
          </span>
          <div className="attempt">
            <strong>{waiting ? WAITING[waiting] : 'Sending now…'}</strong>
            {delivery.nextAttemptAt && (
              <p className="small">
                <Countdown to={delivery.nextAttemptAt} />
                <span className="soft">
                  {' at '}
                  <Time at={delivery.nextAttemptAt} />
                </span>
              </p>
            )}
          </div>
        </li>
      )}
      {[...delivery.attempts].reverse().map((attempt) => (
        <Item key={attempt.id} attempt={attempt} current={attempt.number === chosen} onChoose={onChoose} />
      ))}
      <li>
        <span className="dot" aria-hidden="true" />
        <div className="attempt">
          <span className="soft">Event accepted</span>
          <p className="small soft">
            <Time at={delivery.createdAt} />
          </p>
        </div>
      </li>
    </ol>
  );
}

function Item({
  attempt,
  current,
  onChoose,
}: {
  attempt: Attempt;
  current: boolean;
  onChoose: (number: number) => void;
}) {
  const good = attempt.outcome === 'DELIVERED';
  return (
    <li>
      <span className={`dot ${good ? 'good' : 'bad'}`}>
        {good ? (
          <Check size={13} strokeWidth={3} aria-hidden="true" />
        ) : (
          <X size={13} strokeWidth={3} aria-hidden="true" />
        )}
      </span>
      <button
        type="button"
        className="attempt"
        aria-current={current}
        onClick={() => onChoose(attempt.number)}
      >
        <span className="row wrap between">
          <strong>
            {attempt.number}. {outcomeName(attempt.outcome)}
          </strong>
          {attempt.statusCode !== null && <StatusCode code={attempt.statusCode} />}
        </span>
        <span className="small soft block">
          {TRIGGERS[attempt.trigger]} · <Time at={attempt.startedAt} /> · {duration(attempt.durationMs)}
        </span>
      </button>
    </li>
  );
}
