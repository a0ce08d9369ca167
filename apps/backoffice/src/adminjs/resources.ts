import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import { ReferenceKind, wrap } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { ActionContext, BaseRecord, Filter, PropertyType } from 'adminjs';
import type { Sql } from '@app/platform';
import { COUNT_CAP, countQuery, pageQuery, type ListPlan } from '../lists/bounded-query';
import { rangeOf, type FilterValues, type TimeRange } from '../lists/filters';
import { ROW_SHAPES } from '../privacy/fields';
import { may } from '../staff/permissions';
import type { CurrentStaff } from './asks-first';
import type { AdminJsModule, MikroOrmAdapterModule } from './modules';

/** How a table is shown. */
export interface TableDescription {
  /** The id of the resource, as it stands in URLs. */
  id: string;
  model: { name: string };
  /** For tables with millions of rows: which rows a list reads. Others are filtered by MikroORM. */
  plan?: (filters: FilterValues) => ListPlan;
  /** The name of the entity's properties that name a row; more than one are joined by a dot in URLs. */
  key?: string[];
  /** Values that the lists and filters offer. */
  values?: Record<string, readonly string[]>;
  /** What its list can be filtered by; conditions on anything else are ignored. */
  filters: string[];
  titleProperty?: string;
  /** Columns that readers without the right to personal data see masked: they find them by the whole value only. */
  masked?: string[];
}

/**
 * MikroORM's tables as AdminJS's resources: to be read. Changes go through the domain services alone, never through
 * AdminJS's generic forms, so `create`, `update` and `delete` refuse.
 *
 * The stock adapter can't serve here: it counts whole tables, answers database errors with success, knows no
 * `text[]`, breaks on custom id types and shows hidden columns.
 */
export function resourceFactory(
  adminjs: AdminJsModule,
  adapter: MikroOrmAdapterModule,
  orm: MikroORM,
  sql: Sql,
) {
  class SoundProperty extends adminjs.BaseProperty {
    constructor(
      private readonly definition: EntityProperty,
      position: number,
      private readonly offered: readonly string[] | null,
    ) {
      super({ path: definition.name, position });
    }

    override isId(): boolean {
      return this.definition.primary === true;
    }

    override isArray(): boolean {
      return this.definition.columnTypes[0]?.endsWith('[]') ?? false;
    }

    override isSortable(): boolean {
      return false;
    }

    override isEditable(): boolean {
      return false;
    }

    override isRequired(): boolean {
      return false;
    }

    override availableValues(): string[] | null {
      return this.offered ? [...this.offered] : null;
    }

    override type(): PropertyType {
      return typeOfColumn(this.definition.columnTypes[0] ?? 'text');
    }
  }

  class KeyProperty extends adminjs.BaseProperty {
    constructor() {
      super({ path: 'key', isId: true, type: 'string' });
    }
  }

  return class SoundResource extends adapter.Resource {
    private readonly meta: EntityMetadata;
    private readonly table: TableDescription;
    /** Nothing else is read from the database. */
    private readonly columns: string[];
    private readonly shown: InstanceType<AdminJsModule['BaseProperty']>[];

    constructor(table: TableDescription) {
      super({ model: table.model as never, orm });
      this.table = table;
      this.meta = orm.getMetadata().get(table.model.name);
      const listed = ROW_SHAPES[table.id].columns;
      const columns = this.meta.props.filter(
        (property) => Object.hasOwn(listed, property.name) && property.kind === ReferenceKind.SCALAR,
      );
      this.columns = [...new Set([...this.meta.primaryKeys, ...columns.map(({ name }) => name)])];
      const composite = table.key !== undefined;
      this.shown = columns.map((property, i) => {
        const offered = table.values?.[property.name] ?? null;
        return new SoundProperty(composite ? { ...property, primary: false } : property, i, offered);
      });
      if (composite) this.shown.unshift(new KeyProperty());
    }

    static override isAdapterFor(): boolean {
      return false;
    }

    override id(): string {
      return this.table.id;
    }

    override databaseName(): string {
      return 'SkipCalls';
    }

    override databaseType(): string {
      return 'postgres';
    }

    override properties() {
      return this.shown as never;
    }

    override property(path: string) {
      return (this.shown.find((property) => property.path() === path) ?? null) as never;
    }

    override async count(filter: Filter, context?: ActionContext): Promise<number> {
      if (this.table.plan) {
        const query = countQuery(this.table.plan(valuesOf(filter)));
        const [row] = await sql.rows<{ count: number }>(query.text, query.values);
        return row.count;
      }
      return orm.em.fork().count(this.meta.className, this.where(filter, context));
    }

    override async find(
      filter: Filter,
      page: { limit?: number; offset?: number } = {},
      context?: ActionContext,
    ): Promise<BaseRecord[]> {
      const limit = wholeNumber(page.limit, 1, 100, 25);
      const offset = wholeNumber(page.offset, 0, COUNT_CAP, 0);
      if (this.table.plan) {
        const query = pageQuery(this.table.plan(valuesOf(filter)), limit, offset);
        const rows = await sql.rows<Record<string, string | number>>(query.text, query.values);
        const ids = rows.map((row) => Object.values(row).map(String));
        return this.load(ids);
      }
      const found = await orm.em.fork().find<object>(this.meta.className, this.where(filter, context), {
        limit,
        offset,
        fields: this.columns as never,
        orderBy: { id: 'desc' } as never,
      });
      return found.map((entity) => this.record(entity));
    }

    override async findOne(id: string | number): Promise<BaseRecord | null> {
      return (await this.findMany([id]))[0] ?? null;
    }

    override async findMany(ids: (string | number)[]): Promise<BaseRecord[]> {
      const wanted = ids.map((id) => String(id).split('.')).filter((parts) => this.isKey(parts));
      return this.load(wanted.map(([id, ...rest]) => [id.slice(id.indexOf('_') + 1), ...rest]));
    }

    override create(): never {
      throw new adminjs.ForbiddenError('Nothing is made here: use the actions.');
    }

    override update(): never {
      throw new adminjs.ForbiddenError('Nothing is changed here: use the actions.');
    }

    override delete(): never {
      throw new adminjs.ForbiddenError('Nothing is deleted here: use the actions.');
    }

    /** The rows of these keys (bare UUIDs), in this order; a key that names nothing is left out. */
    private async load(keys: string[][]): Promise<BaseRecord[]> {
      if (keys.length === 0) return [];
      const [first, second] = this.meta.primaryKeys;
      const prefix = this.prefixOf(first);
      const ids = [...new Set(keys.map(([id]) => `${prefix}_${id}`))];
      const numbers = second ? { [second]: { $in: keys.map(([, number]) => Number(number)) } } : {};
      const found = await orm.em
        .fork()
        .find<object>(
          this.meta.className,
          { [first]: { $in: ids }, ...numbers },
          { fields: this.columns as never },
        );
      const byKey = new Map(found.map((entity) => [this.keyOf(entity), entity]));
      return keys.flatMap(([id, ...rest]) => {
        const entity = byKey.get([`${prefix}_${id}`, ...rest].join('.'));
        return entity ? [this.record(entity)] : [];
      });
    }

    private record(entity: object): BaseRecord {
      const params = wrap(entity).toObject() as Record<string, unknown>;
      if (this.table.key) params['key'] = this.keyOf(entity);
      return new adminjs.BaseRecord(params, this);
    }

    private keyOf(entity: object): string {
      return this.meta.primaryKeys.map((name) => String((entity as Record<string, unknown>)[name])).join('.');
    }

    private prefixOf(primaryKey: string): string {
      return (this.meta.properties as unknown as Record<string, { customType: { prefix: string } }>)[
        primaryKey
      ].customType.prefix;
    }

    private isKey([id, number, ...rest]: string[]): boolean {
      const prefix = this.prefixOf(this.meta.primaryKeys[0]);
      const isId = new RegExp(`^${prefix}_[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`).test(id ?? '');
      const numbered =
        this.meta.primaryKeys.length > 1 ? /^\d{1,6}$/.test(number ?? '') : number === undefined;
      return isId && numbered && rest.length === 0;
    }

    /** Filters of a small table; a text is looked for anywhere in the column, without regard to case. */
    private where(filter: Filter, context?: ActionContext): Record<string, unknown> {
      const where: Record<string, unknown> = {};
      const { filters, titleProperty, masked = [] } = this.table;
      const staff = context?.currentAdmin as CurrentStaff | undefined;
      for (const [name, value] of Object.entries(valuesOf(filter))) {
        const property = this.shown.find((one) => one.path() === name);
        if (!property || value === undefined || value === '') continue;
        if (name !== 'id' && name !== titleProperty && !filters.includes(name)) continue;
        // A search for a part of what is masked would reveal it character by character.
        if (masked.includes(name) && !may(staff?.role, 'personal-data.see')) {
          where[name] = typeof value === 'string' ? value : { $in: [] };
          continue;
        }
        Object.assign(
          where,
          conditionOf(
            name,
            property.type(),
            property.isArray(),
            property.availableValues() !== null,
            value,
            this.meta,
          ),
        );
      }
      return where;
    }
  };
}

function conditionOf(
  name: string,
  type: PropertyType,
  isArray: boolean,
  isOffered: boolean,
  value: string | TimeRange,
  meta: EntityMetadata,
): Record<string, unknown> {
  if (type === 'datetime') {
    const { from, to } = rangeOf({ [name]: value }, name);
    return from || to ? { [name]: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {};
  }
  if (typeof value === 'object') return {};
  if (isArray) return { [name]: { $contains: [value] } };
  if (type === 'boolean') return { [name]: value === 'true' };
  if (type === 'number') return { [name]: /^\d{1,9}$/.test(value) ? Number(value) : -1 };
  const column = (meta.properties as Record<string, EntityProperty>)[name];
  if (column.columnTypes[0] === 'uuid') {
    // What is no id names nothing, rather than being an error of the database.
    const isId = /^[a-z]{3}_[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(value);
    return { [name]: isId ? value : { $in: [] } };
  }
  if (isOffered) return { [name]: value };
  return { [name]: { $ilike: `%${value.replace(/[\\%_]/g, '\\$&')}%` } };
}

function typeOfColumn(column: string): PropertyType {
  if (column.startsWith('timestamp')) return 'datetime';
  if (/^(int|integer|bigint|smallint)/.test(column)) return 'number';
  if (column === 'boolean') return 'boolean';
  if (column.startsWith('json')) return 'mixed';
  return 'string';
}

function valuesOf(filter: Filter): FilterValues {
  return filter.reduce<FilterValues>((values, { path, value }) => ({ ...values, [path]: value }), {});
}

function wholeNumber(given: unknown, least: number, most: number, otherwise: number): number {
  const number = Math.trunc(Number(given ?? otherwise));
  return Number.isNaN(number) ? otherwise : Math.min(Math.max(number, least), most);
}
