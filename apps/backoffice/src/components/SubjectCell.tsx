import React from 'react';
import type { CellProps } from './parts/props';
import { Subject } from './parts/subject';

/** What an entry of the audit log is about, as a link. */
export default function SubjectCell({ record, property }: CellProps) {
  const name = record.params[`${property.path}Name`] as string | undefined;
  return <Subject id={String(record.params[property.path] ?? '')}>{name}</Subject>;
}
