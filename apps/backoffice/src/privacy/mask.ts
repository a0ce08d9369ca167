import { isObject } from './shape';

export const HIDDEN = '••• hidden: reveal to see it';

/** What says nothing of the people in a call: the rest of a call record is hidden. */
const SHOWN_OF_CALL = new Set(['id', 'direction', 'durationSeconds', 'startedAt', 'finishedAt']);
const SHOWN_CODES = new Set(['status', 'endReason']);
const SHOWN_OF_AGENT = new Set(['id']);
const SHOWN_OF_ENVELOPE = new Set(['id', 'type', 'timestamp', 'apiVersion', 'test']);
const SHOWN_OF_FLAT = new Set([
  'event_id', 'event_type', 'event_timestamp', 'api_version', 'test', 'call_id', 'call_direction',
  'call_duration_seconds', 'call_started_at', 'call_finished_at', 'agent_id',
  'transcript_message_count', 'evaluation_count', 'evaluation_passed_count', 'task_count',
]); // prettier-ignore
const FLAT_CODES = new Set(['call_status', 'call_end_reason']);
/** `completed`, `agent_hung_up`: publishers may also put sentences there. */
const CODE = /^[a-z0-9_-]{1,64}$/i;

/**
 * The JSON text of a body (either format) or of an event's data in which only listed fields are shown, and everything
 * else is hidden. Text that is no such JSON is hidden whole.
 */
export function maskPersonalData(json: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return HIDDEN;
  }
  if (!isObject(parsed)) return HIDDEN;
  const { data } = parsed;
  if (isObject(data) && 'type' in parsed)
    return JSON.stringify({
      ...show(parsed, (key) => key !== 'data' && SHOWN_OF_ENVELOPE.has(key)),
      data: maskCallData(data),
    });
  if (isObject(parsed['call'])) return JSON.stringify(maskCallData(parsed));
  if ('event_id' in parsed)
    return JSON.stringify(show(parsed, (key) => SHOWN_OF_FLAT.has(key), FLAT_CODES, anonymous));
  return HIDDEN;
}

function maskCallData(data: Record<string, unknown>): Record<string, unknown> {
  const shown = show(
    data,
    () => false,
    new Set(),
    (key) => SECTIONS.has(key),
  );
  if (isObject(data['call']))
    shown['call'] = show(data['call'], (key) => SHOWN_OF_CALL.has(key), SHOWN_CODES, (key) => CALL_FIELDS.has(key)); // prettier-ignore
  if (isObject(data['agent']))
    shown['agent'] = show(
      data['agent'],
      (key) => SHOWN_OF_AGENT.has(key),
      new Set(),
      (key) => key === 'name',
    );
  return shown;
}

/** Names of sections and fields that are ours; other names could be data themselves. */
const SECTIONS = new Set([
  'call', 'agent', 'phoneNumbers', 'transcript', 'summaries', 'recording', 'dataCollected', 'evaluationResults', 'tasks',
]); // prettier-ignore
const CALL_FIELDS = new Set(['title', 'status', 'endReason', 'metadata']);
const FLAT_NAMES =
  /^(call_title|call_status|call_end_reason|agent_name|from_number|to_number|transcript|transcript_language|summary_full|summary_short|recording_url|tasks|task_\d+_(title|description|due_at|assignee))$/;

function anonymous(key: string): boolean {
  return FLAT_NAMES.test(key);
}

/**
 * @param isShown names whose plain values are shown.
 * @param codes names whose values are shown if they are codes.
 * @param isNamed names that are shown without their value; fields of other names are left out. Emptiness is shown, so
 *   that "no transcript" can be told without revealing one.
 */
function show(
  object: Record<string, unknown>,
  isShown: (key: string) => boolean,
  codes: ReadonlySet<string> = new Set(),
  isNamed: (key: string) => boolean = () => false,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const isSimple = typeof value !== 'object' || value === null;
    if (
      isSimple &&
      (isShown(key) || (codes.has(key) && CODE.test(`${value as string | number | boolean | null}`)))
    )
      shown[key] = value;
    else if (isNamed(key)) shown[key] = isEmpty(value) ? value : HIDDEN;
  }
  return shown;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** A phone number of which only the last two digits are left. */
export function maskPhone(number: string | null): string | null {
  if (number === null) return null;
  return number.length < 5 ? '••••' : `••••${number.slice(-2)}`;
}
