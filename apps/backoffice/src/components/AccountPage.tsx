import React, { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import type { AccountPageData } from '../pages/account-page';
import { Deliveries } from './parts/deliveries';
import { withView } from './parts/with-view';
import { Card, Facts, listOf, State, Table, Time, To } from './parts/ui';

const AROUND_MS = 10 * 60_000;

/** An account, made for "we didn't get the call of 10:42": what failed, and a way to a time of day, come first. */
export default withView<AccountPageData>(function AccountPage({ view }) {
  const { account, failed, events, webhooks, keys } = view;
  return (
    <div className="bo-page">
      <AroundTime accountId={account.id} />
      <Card
        title="Failed"
        aside={
          <Link className="bo-link" to={listOf('deliveries', { accountId: account.id, status: 'FAILED' })}>
            All that failed
          </Link>
        }
      >
        <Deliveries of={failed} none="Nothing that failed is left." />
      </Card>
      <Card
        title="Newest calls"
        aside={
          <Link className="bo-link" to={listOf('events', { accountId: account.id })}>
            All events
          </Link>
        }
      >
        <Table
          head={['When', 'Call', 'Event', 'Delivered', 'Failed', 'Under way']}
          rows={events.map((event) => [
            <Time at={event.at} />,
            <To resource="events" id={event.id}>
              {event.callId}
            </To>,
            `${event.type}${event.test ? ' (a test)' : ''}`,
            event.delivered || '',
            event.failed ? <strong className="bad">{event.failed}</strong> : '',
            event.pending || '',
          ])}
          none="No call yet."
        />
      </Card>
      <Card title="Webhooks">
        <Table
          head={['Name', 'URL', 'State', 'Circuit', 'Failing since']}
          rows={webhooks.map((webhook) => [
            <To resource="webhooks" id={webhook.id}>
              {webhook.name}
            </To>,
            <span className="bo-long" title={webhook.url}>
              {webhook.url}
            </span>,
            <State value={webhook.status} />,
            webhook.circuitState === 'CLOSED' ? '' : <State value={webhook.circuitState} />,
            <Time at={webhook.failingSince} />,
          ])}
          none="None."
        />
      </Card>
      <div className="bo-columns">
        <Card title="API keys">
          <Table
            head={['Name', 'Key', 'Last used', 'State']}
            rows={keys.map((key) => [
              <To resource="api-keys" id={key.id}>
                {key.name}
              </To>,
              <code>{key.hint}</code>,
              <Time at={key.lastUsedAt} />,
              key.revokedAt
                ? 'revoked'
                : key.expiresAt && new Date(key.expiresAt) < new Date()
                  ? 'expired'
                  : 'live',
            ])}
            none="None."
          />
        </Card>
        <Card title="Account">
          <Facts
            of={[
              ['Name', account.name],
              ['Id in the platform', account.externalId],
              ['Since', <Time at={account.createdAt} />],
              ['Account id', <code>{account.id}</code>],
            ]}
          />
        </Card>
      </div>
    </div>
  );
});

/** "The call of 10:42": deliveries of the minutes before and after. */
function AroundTime({ accountId }: { accountId: string }) {
  const navigate = useNavigate();
  const [time, setTime] = useState('');
  const go = (event: React.FormEvent) => {
    event.preventDefault();
    const at = new Date(time).getTime();
    const range = { 'createdAt~~from': new Date(at - AROUND_MS).toISOString(), 'createdAt~~to': new Date(at + AROUND_MS).toISOString() };
    navigate(listOf('deliveries', { accountId, ...range }));
  };
  return (
    <form className="bo-around" onSubmit={go}>
      <label>They miss the call of <input type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} required /></label>
      <button type="submit" className="bo-button">Show 10 minutes before and after</button>
      <small>in your time zone, {Intl.DateTimeFormat().resolvedOptions().timeZone}</small>
    </form>
  );
} // prettier-ignore
