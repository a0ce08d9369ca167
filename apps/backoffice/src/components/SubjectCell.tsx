import React from 'react';
import type { CellProps } from './parts/props';
import { Subject } from './parts/subject';

/** What an entry of the audit log is about, as a link. */
export default function SubjectCell({ record, property }: CellProps) {
  return <Subject id={String(record.params[property.path] ?? '')} />;
}
