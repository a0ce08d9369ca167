import { may } from '../staff/permissions';
import type { CurrentStaff } from '../adminjs/asks-first';
import { PAGE_SHAPES, ROW_SHAPES, VIEW_SHAPES } from './fields';
import { fields, isObject, listOf, plain, Reader, type Shape } from './shape';

/** A view that was revealed: its entry in the audit log is written. Only `Reveal` makes one. */
export class Revealed {
  constructor(readonly view: unknown) {}
}

const ERROR = fields({ detail: plain, errors: listOf(fields({ path: plain, message: plain })) });
const FIELD = fields({
  name: plain, label: plain, type: plain, initial: plain, optional: plain, hint: plain,
  options: listOf(fields({ value: plain, label: plain })),
}); // prettier-ignore
const ASKED = fields({ label: plain, question: plain, fields: listOf(FIELD), needsReason: plain, isDangerous: plain }); // prettier-ignore
const LINK = fields({ label: plain, path: plain });
const DONE = fields({ said: plain, shownOnce: fields({ label: plain, value: plain }), leadsTo: LINK });

/** What AdminJS's answers may hold beside records. */
const ENVELOPE = fields({
  meta: fields({ total: plain, perPage: plain, page: plain, direction: plain, sortBy: plain }),
  notice: fields({ message: plain, type: plain }),
  redirectUrl: plain,
  asked: ASKED,
  done: DONE,
  failed: ERROR,
});

/** Descriptions of actions are code, not data. */
const ACTIONS: Shape = (value) => (Array.isArray(value) ? (value as unknown[]) : []);

/**
 * The one way out: what AdminJS answers about a resource, built again from the fields that are listed for it and that
 * this member of staff may see. Records, records they refer to, views, notices, and errors all pass here.
 */
export function visibleAnswer(resource: string, answered: unknown, staff: CurrentStaff): object {
  const reader = readerFor(staff);
  const answer = isObject(answered) ? answered : {};
  const shown = ENVELOPE(answer, reader) as Record<string, unknown>;
  if (answer['record']) shown['record'] = visibleRecord(resource, answer['record'], reader);
  if (Array.isArray(answer['records']))
    shown['records'] = answer['records'].map((record) => visibleRecord(resource, record, reader));
  return shown;
}

/** The data of the start page, or of another page that is no resource's. */
export function visiblePage(page: string, answered: unknown, staff: CurrentStaff): object {
  const shape = Object.hasOwn(PAGE_SHAPES, page) ? PAGE_SHAPES[page] : fields({});
  return shape(answered, readerFor(staff)) ?? {};
}

function readerFor(staff: CurrentStaff): Reader {
  return new Reader(may(staff.role, 'personal-data.see'));
}

function visibleRecord(resource: string, record: unknown, reader: Reader): object | null {
  const row = Object.hasOwn(ROW_SHAPES, resource) ? ROW_SHAPES[resource] : undefined;
  if (!isObject(record) || !row) return null;
  const given = isObject(record['params']) ? record['params'] : {};
  const params: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(given)) {
    // AdminJS flattens: `events.0`, `details.count`.
    const name = path.split('.')[0];
    if (Object.hasOwn(row.columns, name)) params[path] = row.columns[name](value, reader);
  }
  if (given['asked']) params['asked'] = ASKED(given['asked'], reader);
  if (given['view']) params['view'] = visibleView(resource, given['view'], reader);
  const id = plain(record['id'], reader);
  return {
    id,
    title: plain(row.title ? (params[row.title] ?? id) : id, reader),
    params,
    populated: visibleReferences(row.references, record['populated'], reader),
    errors: {},
    baseError: null,
    recordActions: ACTIONS(record['recordActions'], reader),
    bulkActions: ACTIONS(record['bulkActions'], reader),
  };
}

function visibleReferences(references: Record<string, string>, populated: unknown, reader: Reader): object {
  if (!isObject(populated)) return {};
  const shown: Record<string, unknown> = {};
  for (const [name, resource] of Object.entries(references))
    if (populated[name]) shown[name] = visibleRecord(resource, populated[name], reader);
  return shown;
}

function visibleView(resource: string, view: unknown, reader: Reader): unknown {
  const shape = Object.hasOwn(VIEW_SHAPES, resource) ? VIEW_SHAPES[resource] : null;
  if (!shape) return null;
  return view instanceof Revealed ? shape(view.view, new Reader(true)) : shape(view, reader);
}
