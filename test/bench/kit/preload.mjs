/**
 * Fills the tables as months of work would have: settled deliveries of events of the last 30 days, in order of time,
 * two for each event, one attempt each, over the webhooks that are there. Payloads were expunged, long ago.
 */
const BATCH = 250_000;

export async function preload(house, deliveries) {
  for (let from = 0; from < deliveries; from += BATCH) {
    await insertBatch(house, from, Math.min(BATCH, deliveries - from), deliveries);
  }
  // Months of work would have been counted by the way; else the counting of all of it runs beside what is measured.
  await house.sql(
    `update attempt_hours_progress set counted_until = now(), settled_until = date_trunc('hour', now(), 'UTC')`,
  );
  await house.sql('vacuum analyze events');
  await house.sql('vacuum analyze deliveries');
  await house.sql('vacuum analyze attempts');
}

function insertBatch(house, from, count, total) {
  return house.sql(
    `
    with hooks as (
      select array_agg(id order by id) as ids, array_agg(account_id order by id) as accounts, count(*) as many from webhooks
    ), rows as (
      select n, n / 2 as event, webhook_id, account_id, at, ${id('0', 'n / 2')} as event_id, ${id('1', 'n')} as delivery_id
      from (
        select n, hooks.ids[1 + n % many] as webhook_id, hooks.accounts[1 + n % many] as account_id,
               now() - interval '30 days' * (1 - ((n / 2) * 2)::float / $3) as at
        from generate_series($1::bigint, $1::bigint + $2::bigint - 1) as n, hooks
      ) as numbered
    ), deliveries as (
      insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count,
                              created_at, finished_at, last_outcome, last_status_code)
      select delivery_id, account_id, webhook_id, event_id, 'CALL_COMPLETED', 'DEFAULT', 'DELIVERED', 1,
             at, at, 'DELIVERED', 200
      from rows
    ), attempts as (
      insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                            request_url, request_headers, response_headers, response_body)
      select ${id('2', 'n')}, delivery_id, 1, webhook_id, 'event', at, 12, 'DELIVERED', 200,
             'https://example.com/hooks/' || n, $4, '{"content-length":"2"}', 'ok'
      from rows
    )
    insert into events (id, account_id, type, call_id, occurred_at, created_at, expunged_at)
    select event_id, account_id, 'CALL_COMPLETED', 'call_old_' || event, at, at, at
    from rows where n % 2 = 0`,
    [from, count, total, REQUEST_HEADERS],
  );
}

/** A UUIDv7 as SQL: 48 bits of milliseconds, then the kind, then the number of the row, so that ids sort as they were made. */
const id = (kind, number) => `
  (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7${kind}' || lpad(to_hex((${number}) % 256), 2, '0')
    || '8000' || lpad(to_hex(${number}), 12, '0'))::uuid`;

const REQUEST_HEADERS = JSON.stringify({
  'Content-Type': 'application/json',
  'User-Agent': 'SkipCalls-Webhooks/0.1.0',
  'X-Webhook-Event': 'CALL_COMPLETED',
  'X-Webhook-Delivery': 'dlv_019ab000-0000-7000-8000-000000000000',
  'X-Webhook-Attempt': '1',
  'X-Webhook-Signature': '0'.repeat(64),
  'webhook-id': 'evt_019ab000-0000-7000-8000-000000000000',
  'webhook-timestamp': '1763892000',
  'webhook-signature': `v1,${'A'.repeat(43)}=`,
});
