/** node --test test/faults: that the books would show a loss, a duplicate and a late answer, were there any. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balance } from './ledger.mjs';

const webhooks = [
  { number: 0, account: 0, behaviour: 'ok' },
  { number: 1, account: 0, behaviour: 'flaky' },
];
const publish = (sequence, more = {}) => ({
  sequence, account: 0, eventId: `evt_${sequence}`, status: 202, dueAt: 10 * sequence, sentAt: 10 * sequence, answeredAt: 10 * sequence + 3, ...more,
}); // prettier-ignore
const arrival = (sequence, webhook, attempt, at = 100) => ({
  eventId: `evt_${sequence}`,
  deliveryId: `dlv_${sequence}_${webhook}`,
  webhook,
  attempt,
  at,
});
const whole = (sequence) => [arrival(sequence, 0, 1), arrival(sequence, 1, 1), arrival(sequence, 1, 2)];
const books = (publishes, arrivals, outages = []) => balance({ publishes, arrivals, webhooks, outages });

test('everything delivered once is no loss and no duplicate', () => {
  const { accepted, delivered, lost, duplicated, unasked, twoIds } = books(
    [publish(1), publish(2)],
    [...whole(1), ...whole(2)],
  );
  assert.deepEqual(
    { accepted, delivered, lost, duplicated, unasked, twoIds },
    { accepted: 2, delivered: 4, lost: 0, duplicated: 0, unasked: 0, twoIds: 0 },
  );
});

test('a webhook that never got an accepted event is a loss', () => {
  const { lost, missing } = books([publish(1)], [arrival(1, 1, 1), arrival(1, 1, 2)]);
  assert.equal(lost, 1);
  assert.equal(missing[0].webhook, 0);
});

test('a flaky receiver that only got the attempt it failed is a loss', () => {
  assert.equal(books([publish(1)], [arrival(1, 0, 1), arrival(1, 1, 1)]).lost, 1);
});

test('an event that was refused is no loss, and one that was refused first and accepted later counts once', () => {
  const refused = publish(1, { status: 503, eventId: '' });
  assert.equal(books([refused], []).lost, 0);
  assert.equal(books([refused], []).unanswered, 1);
  const { accepted, unanswered } = books([refused, publish(1)], whole(1));
  assert.deepEqual([accepted, unanswered], [1, 0]);
});

test('what is taken twice, or tried twice as the same attempt, is a duplicate', () => {
  assert.equal(books([publish(1)], [...whole(1), arrival(1, 0, 1)]).duplicated, 1);
  assert.equal(books([publish(1)], [...whole(1), arrival(1, 1, 1)]).duplicated, 1);
  assert.equal(books([publish(1)], [...whole(1), arrival(1, 1, 3)]).duplicated, 1);
});

test('deliveries of an event that nobody was told of, and a key with two ids, are told', () => {
  assert.equal(books([publish(1)], [...whole(1), arrival(9, 0, 1)]).unasked, 1);
  assert.equal(books([publish(1), publish(1, { eventId: 'evt_other' })], whole(1)).twoIds, 1);
});

test('answers during an outage and the time to recover are measured from the repair', () => {
  const outages = [{ from: 15, to: 50 }];
  const slow = publish(2, { status: 503, eventId: '', answeredAt: 45 });
  const result = books(
    [publish(1), slow, publish(2, { sentAt: 60, answeredAt: 70 })],
    [...whole(1), arrival(2, 0, 1, 90), arrival(2, 1, 1, 90), arrival(2, 1, 2, 120)],
    outages,
  );
  assert.deepEqual(result.statuses, { 503: 1 });
  assert.equal(result.answerMax, 25);
  assert.equal(result.firstAcceptMs, 20);
  assert.equal(result.caughtUpMs, 70);
});
