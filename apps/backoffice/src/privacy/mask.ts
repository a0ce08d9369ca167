export const HIDDEN = '••• hidden: reveal to see it';

/** Sections of a call record that say who spoke, or what was said. */
const PERSONAL_SECTIONS = new Set([
  'phoneNumbers',
  'transcript',
  'summaries',
  'recording',
  'dataCollected',
  'evaluationResults',
  'tasks',
]);
const PERSONAL_FLAT_KEY =
  /^(from_number|to_number|transcript|transcript_language|summary_.*|recording_url|collected_.*|evaluation_(?!count$|passed_count$).*|tasks|task_(?!count$).*|call_title|call_metadata_.*)$/;
const PERSONAL_OF_CALL = new Set(['title', 'metadata']);

/**
 * The JSON text of a body (either format) or of an event's data with everything personal hidden: phone numbers,
 * transcript, and what was made from them. Text that is not such JSON is hidden whole.
 */
export function maskPersonalData(json: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return HIDDEN;
  }
  if (!isObject(parsed)) return HIDDEN;
  if (isObject(parsed['data'])) return JSON.stringify({ ...parsed, data: maskCallData(parsed['data']) });
  if (isObject(parsed['call'])) return JSON.stringify(maskCallData(parsed));
  if ('event_id' in parsed) return JSON.stringify(mapValues(parsed, (key) => PERSONAL_FLAT_KEY.test(key)));
  return HIDDEN;
}

function maskCallData(data: Record<string, unknown>): Record<string, unknown> {
  const masked = mapValues(data, (key) => PERSONAL_SECTIONS.has(key));
  if (isObject(data['call'])) masked['call'] = mapValues(data['call'], (key) => PERSONAL_OF_CALL.has(key));
  return masked;
}

/** What there is nothing of shows as nothing, so that "no transcript" can be told without revealing one. */
function mapValues(
  object: Record<string, unknown>,
  isPersonal: (key: string) => boolean,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isPersonal(key) && !isEmpty(value) ? HIDDEN : value]),
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A phone number of which only the last two digits are left. */
export function maskPhone(number: string | null): string | null {
  if (number === null) return null;
  return number.length < 5 ? '••••' : `••••${number.slice(-2)}`;
}
