import React from 'react';
import { State } from './parts/ui';
import type { CellProps } from './parts/props';

/** A state in a list. */
export default function StateCell({ record, property }: CellProps) {
  const value = record.params[property.path] as string | null;
  return value ? <State value={value} /> : null;
}
