import React from 'react';
import type { CellProps } from './parts/props';

/** A text that may be long: cut where the column ends, whole in its title. */
export default function LongCell({ record, property }: CellProps) {
  const value = (record.params[property.path] as string | null) ?? '';
  return <span className="bo-long" title={value}>{value}</span>; // prettier-ignore
}
