import React from 'react';
import { Time } from './parts/ui';
import type { CellProps } from './parts/props';

/** A time in a list. */
export default function TimeCell({ record, property }: CellProps) {
  return <Time at={record.params[property.path] as string | null} />;
}
