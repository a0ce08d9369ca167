/**
 * The books of one trial: what publishers were told against what receivers got. Nothing in it asks the service, so it
 * cannot be talked into a good result.
 */
import { spread } from '../../bench/kit/statistics.mjs';

/**
 * @param books `publishes` and `arrivals` as publisher and receiver wrote them down; `webhooks`: [{number, account, behaviour}];
 *   `outages`: [{from, to}] in which something was away, on the same clock
 */
export function balance({ publishes, arrivals, webhooks, outages }) {
  const accepted = acceptedEvents(publishes);
  const webhooksOf = groupBy(webhooks, ({ account }) => account);
  const behaviourOf = new Map(webhooks.map(({ number, behaviour }) => [number, behaviour]));
  const taken = new Map();
  const tries = new Map();
  let duplicated = 0;
  for (const arrival of arrivals) {
    const pair = `${arrival.eventId} ${arrival.webhook}`;
    const isTaken = behaviourOf.get(arrival.webhook) !== 'flaky' || arrival.attempt > 1;
    const attempt = `${pair} ${arrival.attempt}`;
    // A second arrival of what was taken already is a duplicate, and so is the same attempt made twice.
    if ((isTaken && taken.has(pair)) || tries.has(attempt)) duplicated += 1;
    tries.set(attempt, true);
    if (isTaken && !taken.has(pair)) taken.set(pair, arrival.at);
  }
  const missing = [];
  let lastOfOld = 0;
  const healedAt = outages.at(-1)?.to ?? null;
  for (const event of accepted.values()) {
    for (const { number } of webhooksOf.get(event.account) ?? []) {
      const at = taken.get(`${event.eventId} ${number}`);
      if (at === undefined) missing.push({ ...event, webhook: number });
      else if (healedAt !== null && event.dueAt < healedAt) lastOfOld = Math.max(lastOfOld, at);
    }
  }
  const known = new Set([...accepted.values()].map(({ eventId }) => eventId));
  return {
    accepted: accepted.size,
    unanswered: new Set(publishes.map(({ sequence }) => sequence)).size - accepted.size,
    delivered: taken.size,
    lost: missing.length,
    missing,
    duplicated,
    // Deliveries of an event for which no publisher ever got a 202.
    unasked: arrivals.filter(({ eventId }) => !known.has(eventId)).length,
    // A publisher that asked again with the same key was told another id than before.
    twoIds: twoIds(publishes),
    ...whileAway(publishes, outages),
    firstAcceptMs: healedAt === null ? null : firstAccept(publishes, healedAt),
    caughtUpMs: healedAt === null ? null : Math.max(0, lastOfOld - healedAt),
  };
}

function acceptedEvents(publishes) {
  const accepted = new Map();
  for (const publish of publishes)
    if (publish.status === 202 && !accepted.has(publish.sequence)) accepted.set(publish.sequence, publish);
  return accepted;
}

function twoIds(publishes) {
  const ids = new Map();
  let torn = 0;
  for (const { sequence, status, eventId } of publishes) {
    if (status !== 202) continue;
    if (ids.has(sequence) && ids.get(sequence) !== eventId) torn += 1;
    ids.set(sequence, eventId);
  }
  return torn;
}

/** What publishers were told, and how quickly, for requests made while something was away. */
function whileAway(publishes, outages) {
  const during = publishes.filter(({ sentAt }) =>
    outages.some(({ from, to }) => sentAt >= from && sentAt <= to),
  );
  const refused = during.filter(({ status }) => status !== 202);
  const statuses = {};
  for (const { status } of during) statuses[status || 'broken'] = (statuses[status || 'broken'] ?? 0) + 1;
  const answer = spread(
    refused.filter(({ status }) => status !== 0).map(({ sentAt, answeredAt }) => answeredAt - sentAt),
  );
  const slowest = spread(during.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
  return { statuses, refusalP50: answer.p50, refusalMax: answer.max, answerMax: slowest.max };
}

function firstAccept(publishes, healedAt) {
  let first = Infinity;
  for (const { status, answeredAt } of publishes)
    if (status === 202 && answeredAt >= healedAt) first = Math.min(first, answeredAt);
  return first === Infinity ? null : first - healedAt;
}

function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
