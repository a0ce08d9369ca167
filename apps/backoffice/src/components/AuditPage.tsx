import React from 'react';
import type { PageProps } from './parts/props';
import { Subject } from './parts/subject';
import { Card, Facts, Pretty, Time } from './parts/ui';

/** One entry of the audit log, whole. */
export default function AuditPage({ record }: PageProps) {
  const { params } = record!;
  const text = (name: string): string | null => (params[name] as string | null | undefined) ?? null;
  const details = Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith('details.')).map(([name, value]) => [name.slice(8), value as unknown]));
  return (
    <div className="bo-page narrow">
      <Card title={text('action') ?? ''}>
        <Facts of={[
          ['When', <Time at={text('createdAt')} />],
          ['Who', <>{text('actorKind')} <Subject id={text('actorId') ?? ''} /></>],
          ['What', <Subject id={text('subject') ?? ''} />],
          ['Account', text('accountId') ? <Subject id={text('accountId')!} /> : 'no customer’s'],
          ['Why', text('reason')],
        ]} />
        {Object.keys(details).length > 0 && <Pretty text={JSON.stringify(details)} />}
      </Card>
    </div>
  );
} // prettier-ignore
