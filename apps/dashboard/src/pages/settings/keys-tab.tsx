import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useApiKeys, useRevokeApiKey } from '../../api/queries';
import type { ApiKey, Scope } from '../../api/types';
import { serverNow } from '../../api/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Empty, ErrorState, Skeleton } from '../../ui/states';
import { Cell, Row, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { useToast } from '../../ui/toast';
import { CreateKeyDialog } from './create-key-dialog';

export function KeysTab() {
  const keys = useApiKeys();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const create = (
    <Button look="primary" icon={<Plus size={16} aria-hidden="true" />} onClick={() => setCreating(true)}>
      Create API key
    </Button>
  );
  return (
    <section className="stack" aria-labelledby="keys-title">
      <div className="row wrap between">
        <div>
          <h2 id="keys-title">API keys</h2>
          <p className="soft">
            For your own programs: <code className="inline">Authorization: Bearer skc_live_…</code>. Anyone
            who has a key can do what its access allows.
          </p>
        </div>
        {create}
      </div>
      {keys.isPending ? (
        <Skeleton label="Loading your keys" />
      ) : keys.error ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.data.length === 0 ? (
        <div className="card">
          <Empty icon={KeyRound} title="You have no API keys">
            A key lets your own programs manage webhooks and read deliveries. It is shown once, when you
            create it.
          </Empty>
        </div>
      ) : (
        <KeysTable keys={keys.data} onRevoke={setRevoking} />
      )}
      {creating && <CreateKeyDialog onClose={() => setCreating(false)} />}
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </section>
  );
}

function KeysTable({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  return (
    <Table
      label="API keys"
      columns={[
        { name: 'Name' },
        { name: 'Key' },
        { name: 'Access' },
        { name: 'Created' },
        { name: 'Last used' },
        { name: 'Expires' },
        { name: 'Actions', hidden: true },
      ]}
    >
      {keys.map((key) => (
        <Row key={key.id}>
          <Cell className="main-cell">
            <strong>{key.name}</strong>
          </Cell>
          <Cell label="Key">
            <span className="mono">{key.hint}</span>
          </Cell>
          <Cell label="Access">{accessOf(key.scopes)}</Cell>
          <Cell label="Created">
            <Time at={key.createdAt} as="date" />
          </Cell>
          <Cell label="Last used">
            {key.lastUsedAt ? (
              <Time at={key.lastUsedAt} as="relative" />
            ) : (
              <span className="soft">Never</span>
            )}
          </Cell>
          <Cell label="Expires">
            <Expiry apiKey={key} />
          </Cell>
          <Cell className="actions">
            {key.revokedAt ? null : (
              <Button small look="danger" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
                Revoke
              </Button>
            )}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

function accessOf(scopes: Scope[]): string {
  if (scopes.includes('ADMIN')) return 'Full access';
  if (!scopes.includes('MANAGE')) return 'Read only';
  return scopes.includes('READ') ? 'Manage webhooks' : 'Manage without reading';
}

function Expiry({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.revokedAt) return <span className="badge bad">Revoked</span>;
  if (!apiKey.expiresAt) return <span className="soft">Never</span>;
  if (Date.parse(apiKey.expiresAt) <= serverNow()) return <span className="badge bad">Expired</span>;
  const soon = Date.parse(apiKey.expiresAt) - serverNow() < 7 * 86_400_000;
  return <span className={soon ? 'badge warn' : undefined}><Time at={apiKey.expiresAt} as={soon ? 'relative' : 'date'} /></span>; // prettier-ignore
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey();
  const toast = useToast();
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Revoke ${apiKey.name}?`}
      description={
        <>
          Programs that use <span className="mono">{apiKey.hint}</span> are refused from now on, and so are
          API keys and sessions that this key created. This cannot be undone.
        </>
      }
      action="Revoke key"
      busy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(apiKey.id, {
          onSuccess: () => {
            toast.say(`${apiKey.name} has been revoked.`);
            onClose();
          },
          onError: toast.fail,
        })
      }
    />
  );
}
