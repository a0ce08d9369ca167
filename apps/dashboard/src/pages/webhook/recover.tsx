import { useState, type FormEvent } from 'react';
import { ApiProblem, serverNow } from '../../api/client';
import { useCancelReplay, useReplays, useStartReplay, useUpdateWebhook } from '../../api/queries';
import type { Replay, ReplayKind, Webhook } from '../../api/types';
import { useZone } from '../../lib/preferences';
import { fromWallTime, toWallTime, zoneLabel } from '../../lib/time';
import { Button } from '../../ui/button';
import { Modal } from '../../ui/dialog';
import { Choice, Field, FieldSet } from '../../ui/field';
import { Banner } from '../../ui/states';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';

const KINDS: [ReplayKind, string, string][] = [
  [
    'failed',
    'Failed deliveries',
    'What was sent and given up. This is what you want after your server had an outage.',
  ],
  [
    'missed',
    'Missed events',
    'What was never sent to this webhook: events from before it was created, or while it was paused or disabled.',
  ],
  [
    'all',
    'Everything',
    'All events of this time, also what was delivered. Your server must be able to take duplicates.',
  ],
];

const HOUR_MS = 3_600_000;

/** Sends again what a webhook did not get: asks what and since when, then shows how far it is. */
export function RecoverDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const replays = useReplays(webhook.id);
  const [startedId, setStartedId] = useState<string | null>(null);
  const running = replays.data?.find(({ status }) => status === 'RUNNING');
  const shown = running ?? replays.data?.find(({ id }) => id === startedId);
  return shown ? (
    <Progress webhook={webhook} replay={shown} onAgain={() => setStartedId(null)} onClose={onClose} />
  ) : (
    <RecoverForm webhook={webhook} onStarted={setStartedId} onClose={onClose} />
  );
}

function RecoverForm({
  webhook,
  onStarted,
  onClose,
}: {
  webhook: Webhook;
  onStarted: (id: string) => void;
  onClose: () => void;
}) {
  const zone = useZone();
  const start = useStartReplay(webhook.id);
  const activate = useUpdateWebhook(webhook.id);
  const active = webhook.status === 'ACTIVE';
  const [which, setWhich] = useState<ReplayKind>(active ? 'failed' : 'missed');
  const [since, setSince] = useState(() => toWallTime(new Date(serverNow() - 24 * HOUR_MS), zone));
  const [until, setUntil] = useState('');
  const [missing, setMissing] = useState<string | null>(null);
  const problem = [start.error, activate.error].find((error) => error instanceof ApiProblem);
  const sinceError = missing ?? problem?.fieldError('since');
  const untilError = problem?.fieldError('until');

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const from = fromWallTime(since, zone);
    setMissing(from ? null : 'Choose a time');
    if (!from) return;
    const to = fromWallTime(until, zone);
    try {
      if (!active) await activate.mutateAsync({ change: { status: 'ACTIVE' } });
      const replay = await start.mutateAsync({
        which,
        since: from.toISOString(),
        ...(to ? { until: to.toISOString() } : {}),
      });
      onStarted(replay.id);
    } catch {
      // Shown by the form, from the mutations' own state.
    }
  };
  return (
    <Modal
      open
      onClose={onClose}
      title="Recover"
      description={`Send again to ${webhook.name} what it did not get.`}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="recover" look="primary" busy={start.isPending || activate.isPending}>
            {active ? 'Recover' : 'Activate and recover'}
          </Button>
        </>
      }
    >
      <form id="recover" className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {problem && !sinceError && !untilError && (
          <Banner kind="bad" title="This could not be started">
            {problem.detail}
          </Banner>
        )}{' '}
        {/* prettier-ignore */}
        {!active && (
          <Banner kind="note" title="The webhook is not active">
            Nothing can be sent to it before it is; this activates it first.
          </Banner>
        )}{' '}
        {/* prettier-ignore */}
        <FieldSet label="What">
          <div className="choices">
            {KINDS.map(([value, title, text]) => (
              <Choice key={value} type="radio" name="which" value={value} title={title} text={text} checked={which === value} onChange={() => setWhich(value)} />
            ))}
          </div>
        </FieldSet>
        <div className="split form" style={{ gap: 12 }}>
          <Field label={`Since (${zoneLabel(zone, new Date())})`} error={sinceError}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="datetime-local"
                value={since}
                onChange={(event) => setSince(event.target.value)}
              />
            )}
          </Field>
          <Field label="Until" optional error={untilError} hint="Empty: until now.">
            {(control) => (
              <input
                {...control}
                className="input"
                type="datetime-local"
                value={until}
                onChange={(event) => setUntil(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="row wrap" role="group" aria-label="Since, quickly">
          {[
            [1, 'Last hour'],
            [24, 'Last 24 hours'],
            [168, 'Last 7 days'],
          ].map(([hours, name]) => (
            <Button
              key={name}
              small
              onClick={() => setSince(toWallTime(new Date(serverNow() - Number(hours) * HOUR_MS), zone))}
            >
              {name}
            </Button>
          ))}
        </div>
      </form>
    </Modal>
  );
}

function Progress({
  webhook,
  replay,
  onAgain,
  onClose,
}: {
  webhook: Webhook;
  replay: Replay;
  onAgain: () => void;
  onClose: () => void;
}) {
  const cancel = useCancelReplay(webhook.id);
  const toast = useToast();
  const running = replay.status === 'RUNNING';
  const total = Math.max(replay.count, replay.queued);
  const share = total === 0 ? (running ? 0 : 1) : replay.queued / total;
  const title = running
    ? 'Recovering…'
    : replay.status === 'CANCELLED'
      ? 'Cancelled'
      : total === 0
        ? 'There was nothing to recover'
        : 'Recovered';
  return (
    <Modal
      open
      onClose={onClose}
      title={title}
      foot={
        <>
          {running ? (
            <Button
              look="danger"
              busy={cancel.isPending}
              onClick={() => cancel.mutate(replay.id, { onError: toast.fail })}
            >
              Stop
            </Button>
          ) : (
            <Button onClick={onAgain}>Recover more</Button>
          )}
          <Button look="primary" onClick={onClose}>
            {running ? 'Continue in the background' : 'Done'}
          </Button>
        </>
      }
    >
      <p>
        {KINDS.find(([kind]) => kind === replay.which)?.[1]} since <Time at={replay.since} />
        {' until '}
        <Time at={replay.until} />
      </p>
      <div
        className="progress"
        role="progressbar"
        aria-label="Recovered"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={replay.queued}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <p className="tabular" role="status">
        {replay.queued.toLocaleString('en')} of {total.toLocaleString('en')} handed over for sending.
        {replay.endReason && ` ${replay.endReason}`}
      </p>
      {running && (
        <p className="soft small">
          You can close this: it goes on by itself. The deliveries tab shows each as it arrives.
        </p>
      )}
    </Modal>
  );
}
