import { countQuery, pageQuery } from './bounded-query';
import { planAttempts, planDeliveries, planEvents } from './plans';

const UUID = '0199a3c2-7d1e-7c55-9c2f-0c6f3f8a1b22';
const RANGE = { from: '2026-11-24T10:00:00Z', to: '2026-11-24T11:00:00Z' };

describe('which deliveries a list reads', () => {
  it.each([
    ['nothing asked', {}, [[]], []],
    ['one webhook', { webhookId: `whk_${UUID}` }, [['webhook_id = $1']], []],
    [
      'a webhook and its account',
      { webhookId: `whk_${UUID}`, accountId: `acc_${UUID}` },
      [['webhook_id = $1']],
      ['account_id = $2'],
    ],
    [
      'failed ones of an account',
      { accountId: `acc_${UUID}`, status: 'FAILED' },
      [['account_id = $1', 'failed_at is not null']],
      ['status = $2'],
    ],
    ['a time', { createdAt: RANGE }, [['id >= $1', 'id < $2']], []],
    ['delivered ones', { status: 'DELIVERED' }, [[]], ['status = $1']],
    ['a type', { eventType: 'CALL_FAILED' }, [[]], ['event_type = $1']],
  ])('%s', (_name, filters, anyOf, sieve) => {
    const plan = planDeliveries(filters);
    expect(plan.anyOf).toEqual(anyOf);
    expect(plan.sieve).toEqual(sieve);
  });

  it.each([
    ['PENDING', { status: 'PENDING' }, 2],
    ['a failing outcome', { lastOutcome: 'TIMEOUT' }, 3],
    ['a failing status code', { lastStatusCode: '301' }, 3],
    ['a good status code', { lastStatusCode: '204' }, 1],
    ['a failing outcome of delivered ones', { lastOutcome: 'TIMEOUT', status: 'DELIVERED' }, 1],
  ])('looks for %s in %j in so many places: %i', (_name, filters, places) => {
    expect(planDeliveries(filters).anyOf).toHaveLength(places);
  });

  it('should find nothing, rather than fail, for what is no id and no number', () => {
    const plan = planDeliveries({ webhookId: 'x', lastStatusCode: 'abc', createdAt: { from: 'yesterday' } });
    expect(plan.values).toEqual(['00000000-0000-0000-0000-000000000000', -1]);
  });

  it('should never put a filter’s text into the statement', () => {
    const evil = `'; drop table deliveries; --`;
    const filters = {
      id: evil,
      status: evil,
      lastOutcome: evil,
      lastStatusCode: evil,
      eventType: evil,
      callId: evil,
      errorCode: evil,
      type: evil,
    };
    for (const plan of [planDeliveries(filters), planEvents(filters), planAttempts(filters)]) {
      expect(pageQuery(plan, 25, 0).text + countQuery(plan).text).not.toContain('drop table');
    }
  });
});

describe('how far a list looks', () => {
  it.each([
    ['all', {}, 'limit 100000'],
    ['a time', { createdAt: RANGE }, 'limit 100000'],
    ['one account', { accountId: `acc_${UUID}` }, 'limit 20000'],
    ['what failed', { status: 'FAILED' }, 'limit 20000'],
    ['what waits', { status: 'PENDING' }, 'limit 20000'],
  ])('in %s', (_name, filters, limit) => {
    expect(pageQuery(planDeliveries(filters), 25, 0).text).toContain(limit);
  });
});

describe('which attempts a list reads', () => {
  it('should look for those of a time among deliveries made up to 30 hours before', () => {
    const plan = planAttempts({ startedAt: RANGE });
    expect(plan.anyOf).toEqual([['delivery_id >= $1', 'delivery_id < $2']]);
    expect(plan.sieve).toEqual(['started_at >= $3', 'started_at < $4']);
  });
});
