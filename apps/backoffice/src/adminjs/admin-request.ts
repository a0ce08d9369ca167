/** What AdminJS gets of a request: names that we know, with one text each. Whatever else was sent is not there. */
export interface AdminRequest {
  params: Record<string, string>;
  query: Record<string, string>;
  payload: Record<string, string>;
  method: string;
}

const MAX_TEXT = 2_100;
const FIELD = /^[a-z][a-zA-Z]{0,40}$/;
/** `recordIds` names up to this many rows of a list, of up to 60 characters each. */
const MAX_RECORD_IDS = 100;
const WHOLE_NUMBER = /^\d{1,6}$/;
const PLAIN_PARAMETERS: Record<string, (text: string) => boolean> = {
  page: (text) => WHOLE_NUMBER.test(text),
  perPage: (text) => WHOLE_NUMBER.test(text),
  searchProperty: (text) => FIELD.test(text) && !isInherited(text),
  recordIds: () => true,
  range: () => true,
  q: () => true,
};
const FILTER = /^filters\.([a-z][a-zA-Z]{0,40})(?:~~(?:from|to))?$/;

/**
 * AdminJS unflattens names into objects and hands values on to queries as they are: this is where `__proto__`, arrays
 * in place of texts, and characters that PostgreSQL can't store end.
 */
export function adminRequest(request: {
  method: string;
  params: object;
  query: object;
  body?: unknown;
}): AdminRequest {
  return {
    method: request.method.toLowerCase(),
    params: textsOf(request.params, () => true),
    query: queryOf(request.query),
    payload: textsOf(request.body, (name) => FIELD.test(name) && !isInherited(name)),
  };
}

function queryOf(given: object): Record<string, string> {
  const query = textsOf(given, (name) => Object.hasOwn(PLAIN_PARAMETERS, name) || isFilter(name));
  for (const [name, text] of Object.entries(query)) {
    if (Object.hasOwn(PLAIN_PARAMETERS, name) && !PLAIN_PARAMETERS[name](text)) delete query[name];
    // One name as a text and as a range: AdminJS can't unflatten the two.
    const [plain, range] = name.split('~~');
    if (range && Object.hasOwn(query, plain)) delete query[name];
  }
  if (query['recordIds'])
    query['recordIds'] = query['recordIds'].split(',').slice(0, MAX_RECORD_IDS).join(',');
  return query;
}

function isFilter(name: string): boolean {
  const property = FILTER.exec(name)?.[1];
  return property !== undefined && !isInherited(property);
}

/** `constructor`, `toString`: AdminJS looks names up in plain objects, which have these without being asked. */
function isInherited(name: string): boolean {
  return Object.hasOwn(Object.prototype, name);
}

function textsOf(given: unknown, isKnown: (name: string) => boolean): Record<string, string> {
  const texts: Record<string, string> = {};
  if (typeof given !== 'object' || given === null) return texts;
  for (const [name, value] of Object.entries(given)) {
    const text: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof text !== 'string' || !isKnown(name)) continue;
    const max = name === 'recordIds' ? MAX_RECORD_IDS * 60 : MAX_TEXT;
    texts[name] = text.slice(0, max).replace(/[\0\p{Surrogate}]/gu, '\ufffd');
  }
  return texts;
}
