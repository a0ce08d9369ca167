import React, { useEffect, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router-dom';
import type { Findings } from '../find/find.service';
import { call, type Failure } from './parts/api';
import { Card, State, Table, Time } from './parts/ui';

const NAMES = { account: 'Account', webhook: 'Webhook', event: 'Call', delivery: 'Delivery' };

/** What the search box found. A single thing is not listed: it is opened at once. */
export default function FindPage() {
  const location = useLocation();
  const navigate = useNavigate();
  const query = new URLSearchParams(location.search).get('q') ?? '';
  const [findings, setFindings] = useState<Findings | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  useEffect(() => {
    let outdated = false;
    setFindings(null);
    setFailed(null);
    if (query === '') return undefined;
    void call<Findings & { failed?: Failure }>(`/pages/find?q=${encodeURIComponent(query)}`).then((answer) => {
      if (outdated) return;
      if (answer.failed) setFailed(answer.failed.detail);
      else if (answer.leadsTo) navigate(answer.leadsTo, { replace: true });
      else setFindings(answer);
    });
    return () => {
      outdated = true;
    };
  }, [query]);

  return (
    <div className="bo-page">
      <h1>{query ? `“${query}”` : 'Find'}</h1>
      {failed && <p className="bo-error" role="alert">{failed}</p>}
      {!query && <Card><p>Type a call id, event id, delivery id, account name, phone number or webhook URL into the box on top.</p></Card>}
      {query && !findings && !failed && <p className="bo-none" role="status">Looking …</p>}
      {findings && (
        <Card>
          <Table
            head={['What', '', '', 'When', 'State']}
            rows={findings.found.map((found) => [
              NAMES[found.kind],
              <Link className="bo-link" to={found.path}>{found.title}</Link>,
              <span className="bo-long" title={found.detail}>{found.detail}</span>,
              <Time at={found.at} />,
              found.state ? <State value={found.state} /> : null,
            ])}
            none="Nothing was found. A call is found a few seconds after it was accepted; a phone number needs at least 6 digits."
          />
          {findings.more && <p className="bo-none">There is more than can be shown: type more of it.</p>}
        </Card>
      )}
    </div>
  );
} // prettier-ignore
