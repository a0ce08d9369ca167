import React from 'react';
import { To } from './ui';

const RESOURCES: Record<string, string> = {
  acc: 'accounts',
  whk: 'webhooks',
  evt: 'events',
  dlv: 'deliveries',
  key: 'api-keys',
  stf: 'staff',
};

/** An id as a link to what it names. */
export function Subject({ id }: { id: string }) {
  const resource = RESOURCES[id.slice(0, 3)];
  return resource ? <To resource={resource} id={id} /> : <span>{id}</span>;
}
