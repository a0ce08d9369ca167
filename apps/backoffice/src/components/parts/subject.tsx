import React, { type ReactNode } from 'react';
import { To } from './ui';

const RESOURCES: Record<string, string> = {
  acc: 'accounts',
  whk: 'webhooks',
  evt: 'events',
  dlv: 'deliveries',
  key: 'api-keys',
  stf: 'staff',
};

/** An id as a link to what it names; shortened, as its end tells it apart. */
export function Subject({ id, children }: { id: string; children?: ReactNode }) {
  const resource = RESOURCES[id.slice(0, 3)];
  const text = children ?? (id.length > 20 ? `${id.slice(0, 4)}…${id.slice(-8)}` : id);
  return (
    <span title={id}>
      {resource ? (
        <To resource={resource} id={id}>
          {text}
        </To>
      ) : (
        text
      )}
    </span>
  );
}
