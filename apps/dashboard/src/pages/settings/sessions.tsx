import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client';
import { useEndSession, useSession, useSessions } from '../../api/queries';
import type { ListedSession } from '../../api/types';
import { browserOf } from '../../lib/user-agent';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { ErrorState, Skeleton } from '../../ui/states';
import { Cell, Row, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';

/** The session of this browser, and the others of the account. */
export function SessionBox() {
  const session = useSession();
  const client = useQueryClient();
  const toast = useToast();
  const signOut = useMutation({
    mutationFn: () => api.delete('/session'),
    onSuccess: () => client.resetQueries(),
    onError: toast.fail,
  });
  const { account, actor, expiresAt, scopes } = session.data ?? {};
  return (
    <section className="stack" aria-labelledby="session-title" style={{ marginTop: 32 }}>
      <div className="row wrap between">
        <div>
          <h2 id="session-title">Sessions</h2>
          <p className="soft">
            Signed in to <strong>{account?.name}</strong>
            {actor && <> as {actor.name}</>}
            {expiresAt && (
              <>
                {' '}
                until <Time at={expiresAt} />
              </>
            )}
            .
          </p>
        </div>
        <Button
          icon={<LogOut size={15} aria-hidden="true" />}
          busy={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </div>
      {scopes?.includes('ADMIN') && <SessionsList />}
    </section>
  );
}

function SessionsList() {
  const sessions = useSessions();
  const [ending, setEnding] = useState<ListedSession | null>(null);
  if (sessions.isPending) return <Skeleton label="Loading sessions" />;
  if (sessions.error) return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />;
  return (
    <>
      <Table
        label="Sessions"
        columns={[
          { name: 'Signed in as' },
          { name: 'Browser' },
          { name: 'Signed in' },
          { name: 'Last used' },
          { name: 'Actions', hidden: true },
        ]}
      >
        {sessions.data.map((session) => (
          <Row key={session.id}>
            <Cell className="main-cell">
              <strong>{nameOf(session)}</strong>
              {session.actor?.email && <span className="soft block">{session.actor.email}</span>}
            </Cell>
            <Cell label="Browser">{browserOf(session.userAgent)}</Cell>
            <Cell label="Signed in">
              <Time at={session.createdAt} as="relative" />
            </Cell>
            <Cell label="Last used">
              {session.lastUsedAt ? <Time at={session.lastUsedAt} as="relative" /> : 'Never'}
            </Cell>
            <Cell className="actions">
              {session.current ? (
                <span className="badge">This browser</span>
              ) : (
                <Button
                  small
                  look="danger"
                  aria-label={`End session: ${nameOf(session)}`}
                  onClick={() => setEnding(session)}
                >
                  End session
                </Button>
              )}
            </Cell>
          </Row>
        ))}
      </Table>
      {ending && <EndDialog session={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

function EndDialog({ session, onClose }: { session: ListedSession; onClose: () => void }) {
  const end = useEndSession();
  const toast = useToast();
  return (
    <Confirm
      open
      onClose={onClose}
      title={`End the session of ${nameOf(session)}?`}
      description="That browser is signed out immediately. API keys that were created in it keep working."
      action="End session"
      busy={end.isPending}
      onConfirm={() =>
        end.mutate(session.id, {
          onSuccess: () => {
            toast.say('The session has ended.');
            onClose();
          },
          onError: toast.fail,
        })
      }
    />
  );
}

function nameOf({ actor, openedBy }: ListedSession): string {
  if (actor) return actor.name;
  return openedBy.kind === 'KEY' ? `API key ${openedBy.name}` : 'A login link';
}
