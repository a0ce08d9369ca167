/**
 * Filters that no index serves look through so many of the newest rows, and no further. Rows that an index picks out
 * lie scattered over the table, each on a page of its own, and cost ten times as much to look at.
 */
export const LOOK_THROUGH = 100_000;
export const LOOK_THROUGH_SCATTERED = 20_000;
/** Nobody pages further; counting stops here too. */
export const COUNT_CAP = 1_000;

export type Bind = (value: unknown) => string;

/** Which rows a list over millions shows: found by index, newest first, then sieved. */
export interface ListPlan {
  /** What the list reads, e.g. `select id, status from deliveries`; conditions are put behind it. */
  select: string;
  /**
   * Conditions that an index serves together with the order. More than one entry: rows of any of them (each by an
   * index of its own; no row in two).
   */
  anyOf: string[][];
  /** What else has to hold, by the names that `select` gives. */
  sieve: string[];
  /** The columns that name a row, and by which the list is ordered, newest first. */
  key: string[];
  values: unknown[];
}

export interface Query {
  text: string;
  values: unknown[];
}

/** The keys of one page. */
export function pageQuery(plan: ListPlan, limit: number, offset: number): Query {
  const { values, bind } = continued(plan);
  const text = `${sieved(plan, plan.key.join(', '))} order by ${order(plan)} limit ${bind(limit)} offset ${bind(offset)}`;
  return { text, values };
}

/** How many there are; `COUNT_CAP + 1` means "more than that". */
export function countQuery(plan: ListPlan): Query {
  const { values, bind } = continued(plan);
  return {
    text: `select count(*)::int as count from (${sieved(plan, '1')} limit ${bind(COUNT_CAP + 1)}) as counted`,
    values,
  };
}

function sieved(plan: ListPlan, columns: string): string {
  const where = plan.sieve.length > 0 ? ` where ${plan.sieve.join(' and ')}` : '';
  return `select ${columns} from (${newest(plan)}) as newest${where}`;
}

function newest(plan: ListPlan): string {
  const parts = plan.anyOf.map((conditions) => {
    const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
    return `(${plan.select}${where} order by ${order(plan)} limit ${depthOf(plan)})`;
  });
  if (parts.length === 1) return parts[0];
  return `select * from (${parts.join(' union all ')}) as parts order by ${order(plan)} limit ${depthOf(plan)}`;
}

function depthOf({ anyOf, key }: ListPlan): number {
  // Conditions on the key alone give a range, in the order in which the rows lie.
  const isRange = anyOf.length === 1 && anyOf[0].every((condition) => condition.startsWith(`${key[0]} `));
  return isRange ? LOOK_THROUGH : LOOK_THROUGH_SCATTERED;
}

function order({ key }: ListPlan): string {
  return key.map((column) => `${column} desc`).join(', ');
}

function continued(plan: ListPlan): { values: unknown[]; bind: Bind } {
  const values = [...plan.values];
  return { values, bind: (value) => `$${values.push(value)}` };
}
