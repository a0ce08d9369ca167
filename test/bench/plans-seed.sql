-- Fills an empty, migrated database with 2.5 million events and 5 million deliveries over 30 days, in the order of time
-- as the service would. One account in 200 has 40 % of everything, one of its webhooks fails always.
-- Used by plans.mjs; :i is replaced by the number of the chunk (0-9).
set synchronous_commit = off;

create or replace function bench_id(at timestamptz, kind text, n bigint) returns uuid language sql immutable as $$
  select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || lpad(to_hex(n & 4095), 3, '0') || '-8' ||
          substr(digest, 1, 3) || '-' || substr(digest, 4, 12))::uuid
  from (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as hex, md5(kind || n) as digest) as parts
$$;

insert into accounts (id, name)
select bench_id('2026-01-01', 'account', n), 'Account ' || n from generate_series(0, 199) as n on conflict do nothing;

insert into webhooks (id, account_id, name, url, events, format, status, retry_policy)
select bench_id('2026-01-02', 'webhook', n), bench_id('2026-01-01', 'account', n / 10), 'Webhook ' || n,
       'https://example.com/' || n, '{CALL_COMPLETED,CALL_FAILED,INCOMING_CALL_COMPLETED,INCOMING_CALL_FAILED}',
       'DEFAULT', 'ACTIVE', 'STANDARD'
from generate_series(0, 1999) as n on conflict do nothing;

create temporary table chunk as
select n, at, bench_id('2026-01-01', 'account', account) as account_id, account,
       bench_id(at, 'event', n) as event_id,
       case when account = 0 and n < 100 then 'INCOMING_CALL_FAILED'
            when n % 10 = 7 then 'CALL_FAILED' else 'CALL_COMPLETED' end as type
from (
  select n, date_trunc('hour', now()) - interval '30 days' + n * (interval '30 days' / 2500000) as at,
         case when n % 5 < 2 then 0 else 1 + (n::bigint * 7919) % 199 end as account
  from generate_series(:i * 250000::bigint, :i * 250000::bigint + 249999) as n
) as numbers;

insert into events (id, account_id, type, call_id, idempotency_key, occurred_at, created_at, data)
select event_id, account_id, type, 'call_' || n, 'key_' || n, at, at,
       '{"call":{"id":"call_' || n || '","title":"Follow-up"},"text":"' || repeat(md5(n::text), 12) || '"}'
from chunk order by n;

create temporary table sent as
select bench_id(at, 'delivery', n * 2 + part) as id, account_id, event_id, type, at,
       bench_id('2026-01-02', 'webhook', account * 10 + (n / 5 % 5 * 2 + part)) as webhook_id,
       case when n > 2450000 and n % 97 = 0 then 'PENDING'
            -- Webhook 1 of the big account fails always, the rest now and then.
            when account = 0 and n / 5 % 5 = 0 and part = 1 then 'FAILED'
            when (n * 2 + part) % 53 = 0 then 'FAILED'
            else 'DELIVERED' end as status,
       n
from chunk, generate_series(0, 1) as part;

insert into deliveries (id, account_id, webhook_id, event_id, event_type, format, status, attempt_count, created_at,
                        due_at, parked_at, failed_at, finished_at, last_outcome, last_status_code)
select id, account_id, webhook_id, event_id, type, 'DEFAULT', status, case status when 'FAILED' then 4 else 1 end, at,
       case when status = 'PENDING' and n % 3 = 0 then now() + interval '1 hour' end,
       case when status = 'PENDING' and n % 3 = 1 then now() end,
       case status when 'FAILED' then at + interval '7 s' end,
       case when status <> 'PENDING' then at + interval '7 s' end,
       case status when 'DELIVERED' then 'DELIVERED' when 'FAILED' then 'HTTP_ERROR' end,
       case status when 'DELIVERED' then 200 when 'FAILED' then 500 end
from sent order by n, id;

-- What is neither due nor parked is claimed by a dispatcher.
insert into delivery_leases (id, dispatcher_id, delivery_ids)
select gen_random_uuid(), gen_random_uuid(), array_agg(id) from sent where status = 'PENDING' and n % 3 = 2 having count(*) > 0;

insert into attempts (id, delivery_id, number, webhook_id, trigger, started_at, duration_ms, outcome, status_code,
                      error_code, error_text, request_url, request_headers, response_headers, response_body)
select gen_random_uuid(), id, number, webhook_id, case number when 1 then 'event' else 'retry' end,
       at + (interval '1 s' * (power(2, number - 1) - 1)), (20 + 400 * power(random(), 6))::int,
       case status when 'FAILED' then 'HTTP_ERROR' else 'DELIVERED' end, case status when 'FAILED' then 500 else 200 end,
       null, null, 'https://example.com/', '{"Content-Type":"application/json","X-Webhook-Event":"CALL_COMPLETED"}',
       '{"content-type":"text/plain"}', 'ok'
from sent, generate_series(1, case status when 'FAILED' then 4 else 1 end) as number
where status <> 'PENDING' order by n, number;

drop table chunk, sent;
