/** What a field is compared with: a scalar, or a list of them for `in`. */
export type FilterScalar = string | number | boolean;

export const FILTER_OPERATORS = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'contains',
  'startsWith',
  'exists',
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** One comparison; `field` is a path into `data`, such as `call.durationSeconds`. */
export interface FieldCondition {
  field: string;
  op: FilterOperator;
  value: FilterScalar | FilterScalar[];
}

/** Which events a webhook receives, of the types that it has subscribed to. */
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | FieldCondition;

/** Whether an event passes, and the condition that decided it, in words. */
export interface FilterVerdict {
  matched: boolean;
  because: string;
}
