import type {
  Action,
  ActionContext,
  ActionRequest,
  AdminJSOptions,
  RecordJSON,
  ResourceOptions,
} from 'adminjs';
import type { Response } from 'express';
import { whyShort } from '../pages/rows';
import type { AttemptOutcome } from '@app/delivery';
import type { StaffAction } from '../actions/staff-action';
import { may } from '../staff/permissions';
import type { ActionRule, ActionRules } from './admin-routes';
import { asksFirst, subjectOf, type CurrentStaff } from './asks-first';
import { TABLES, type ShownTable } from './tables';

export const ROOT = '/admin';

/** What AdminJS shows and does; see `BackofficeAdmin`, which puts it together. */
export interface Parts {
  /** Makes the resource of a table. */
  resourceOf(table: ShownTable): unknown;
  actions: Record<string, StaffAction[]>;
  /** The data of a table's page, of which each reader gets what `VIEW_SHAPES` allows. */
  pageData: Record<string, (id: string) => Promise<unknown>>;
  /** Shows what is hidden of a row; writes it to the audit log first. */
  reveal(
    resource: 'deliveries' | 'events',
    subject: ReturnType<typeof subjectOf>,
    by: CurrentStaff,
    reason: string,
  ): Promise<unknown>;
  /** Email addresses by id. */
  staffNames(ids: string[]): Promise<Map<string, string>>;
  startPage(range: unknown): Promise<unknown>;
  find(query: string, staff: CurrentStaff): Promise<unknown>;
}

const READ_ACTIONS: Record<string, ActionRule['kind']> = {
  list: 'resource',
  search: 'resource',
  show: 'record',
};

/** What each action needs, for the guard before AdminJS. Whatever is not here is refused. */
export function rulesOf(parts: Parts): ActionRules {
  const rules = new Map<string, ActionRule>();
  for (const { id, permission } of TABLES) {
    for (const [name, kind] of Object.entries(READ_ACTIONS)) rules.set(`${id}/${name}`, { permission, kind });
    for (const action of parts.actions[id] ?? [])
      rules.set(`${id}/${action.name}`, { permission: action.permission, kind: action.kind });
  }
  for (const id of ['deliveries', 'events'])
    rules.set(`${id}/reveal`, { permission: 'personal-data.reveal', kind: 'record' });
  return rules;
}

export function adminOptions(parts: Parts): AdminJSOptions {
  return {
    rootPath: ROOT,
    loginPath: `${ROOT}/login`,
    logoutPath: `${ROOT}/logout`,
    resources: TABLES.map((table) => ({
      resource: parts.resourceOf(table),
      options: optionsOf(table, parts),
    })),
    dashboard: {
      component: 'StartPage',
      handler: (request: ActionRequest) => parts.startPage(request.query?.['range']),
    },
    pages: {
      find: {
        component: 'FindPage',
        icon: 'Search',
        handler: (request: ActionRequest, _response: Response, context: ActionContext) =>
          parts.find(String(request.query?.['q'] ?? ''), context.currentAdmin as unknown as CurrentStaff),
      },
    },
    branding: {
      companyName: 'SkipCalls Backoffice',
      logo: `${ROOT}/assets/logo.svg`,
      favicon: `${ROOT}/assets/favicon.svg`,
      withMadeWithLove: false,
      theme: {
        colors: {
          primary100: '#0b6bcb',
          primary80: '#3d89d6',
          primary60: '#7db0e4',
          primary40: '#b1d0ef',
          primary20: '#e3effa',
          accent: '#0b6bcb',
        },
        font: `system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif`,
      },
    },
    assets: { styles: [`${ROOT}/assets/backoffice.css`] },
    settings: { defaultPerPage: 25 },
    locale: { language: 'en', availableLanguages: ['en'], translations: { en: translations() } },
  } as unknown as AdminJSOptions;
}

function optionsOf(table: ShownTable, parts: Parts): ResourceOptions {
  const canRead = ({ currentAdmin }: ActionContext): boolean =>
    may((currentAdmin as CurrentStaff | undefined)?.role, table.permission);
  const never = { isAccessible: false, isVisible: false };
  const actions: Record<string, Partial<Action<never>>> = {
    list: { isAccessible: canRead, custom: { title: table.label }, after: afterList(table, parts) },
    search: { isAccessible: canRead },
    show: showAction(table, parts, canRead),
    new: never,
    edit: never,
    delete: never,
    bulkDelete: never,
  } as Record<string, Partial<Action<never>>>;
  for (const action of parts.actions[table.id] ?? []) actions[action.name] = asksFirst(action);
  if (table.id === 'deliveries' || table.id === 'events') actions['reveal'] = revealAction(table.id, parts);
  const properties: NonNullable<ResourceOptions['properties']> = {};
  for (const [name, reference] of Object.entries(table.references ?? {}))
    properties[name] = { ...properties[name], reference };
  for (const [name, component] of Object.entries(table.drawn ?? {})) {
    properties[name] = { ...properties[name], components: { list: component }, isSortable: false };
  }
  return {
    id: table.id,
    navigation: { name: null, icon: table.icon },
    ...(table.titleProperty ? { titleProperty: table.titleProperty } : {}),
    listProperties: table.columns,
    filterProperties: table.filters,
    // AdminJS takes a list that is there but undefined for a list.
    ...(table.facts ? { showProperties: table.facts } : {}),
    properties,
    actions: actions,
    translations: {
      en: {
        properties: table.names,
        actions: Object.fromEntries(
          (parts.actions[table.id] ?? []).map((action) => [action.name, action.label]),
        ),
      },
    },
  };
}

/** Reading a row: AdminJS gets its record, our page its own data in it. */
function showAction(
  table: ShownTable,
  parts: Parts,
  isAccessible: (context: ActionContext) => boolean,
): Partial<Action<never>> {
  const data = parts.pageData[table.id];
  const custom = { title: table.one };
  if (!table.page) return { isAccessible, custom };
  return {
    isAccessible,
    custom,
    component: table.page,
    handler: async (_request: ActionRequest, _response: Response, context: ActionContext) => {
      const record = context.record!.toJSON(context.currentAdmin);
      const view = data ? await data(String(context.record!.id())) : null;
      return { record: { ...record, params: { ...record.params, view } } };
    },
  } as unknown as Partial<Action<never>>;
}

function revealAction(id: 'deliveries' | 'events', parts: Parts): Action<never> {
  return {
    name: 'reveal',
    actionType: 'record',
    isVisible: false,
    isAccessible: ({ currentAdmin }: ActionContext) =>
      may((currentAdmin as CurrentStaff | undefined)?.role, 'personal-data.reveal'),
    component: false,
    handler: async (request: ActionRequest, response: Response, context: ActionContext) => {
      const record: RecordJSON = context.record!.toJSON(context.currentAdmin);
      const given = request.payload?.['reason'] as unknown;
      const reason = typeof given === 'string' ? given.trim().slice(0, 500) : '';
      // By GET nothing is shown: it would be an entry in the audit log that nobody meant to make.
      if (request.method !== 'post' || reason.length < 4) {
        response.status(400);
        return { record, failed: { detail: 'Say why, in a few words.', errors: [] } };
      }
      const view = await parts.reveal(
        id,
        subjectOf(context.record!),
        context.currentAdmin as unknown as CurrentStaff,
        reason,
      );
      return { record: { ...record, params: { ...record.params, view } } };
    },
  } as unknown as Action<never>;
}

/** What a list shows beyond the columns of its table. */
function afterList(table: ShownTable, parts: Parts) {
  if (table.id === 'deliveries') return withReasons;
  if (table.id === 'audit') return (answer: { records: RecordJSON[] }) => withNames(answer, parts);
  return undefined;
}

/** The audit log names people, not their ids. */
async function withNames(
  answer: { records: RecordJSON[] },
  parts: Parts,
): Promise<{ records: RecordJSON[] }> {
  const ids = answer.records
    .map(({ params }) => String(params['actorId']))
    .filter((id) => id.startsWith('stf_'));
  const names = await parts.staffNames([...new Set(ids)]);
  for (const { params } of answer.records) params['actorIdName'] = names.get(String(params['actorId']));
  return answer;
}

/** The list of deliveries says in a few words what the newest attempt came to. */
function withReasons(answer: { records: RecordJSON[] }): { records: RecordJSON[] } {
  for (const { params } of answer.records) {
    params['why'] = whyShort(
      (params['lastOutcome'] as AttemptOutcome | null) ?? null,
      (params['lastStatusCode'] as number | null) ?? null,
    );
  }
  return answer;
}

function translations() {
  return {
    labels: { ...Object.fromEntries(TABLES.map(({ id, label }) => [id, label])), navigation: '', pages: '' },
    pages: { find: 'Find' },
    messages: { forbiddenError: 'Your role does not allow this.' },
  };
}
