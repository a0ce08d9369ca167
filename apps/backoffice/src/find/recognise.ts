import { phoneDigits } from '@app/events';
import { isId, type IdPrefix } from '@app/platform';

/** What somebody may have typed into the search box. One text can be several of them. */
export type Guess =
  | { kind: 'id'; prefix: IdPrefix; id: string }
  | { kind: 'phone'; digits: string }
  | { kind: 'url'; part: string }
  | { kind: 'call'; callId: string }
  | { kind: 'name'; part: string };

const PREFIXES: IdPrefix[] = ['acc', 'whk', 'evt', 'dlv', 'att', 'key'];
const BARE_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What a text typed into the search box can mean, the likeliest first. Quotes, spaces and a trailing dot that came
 * along from a customer's mail are taken off.
 */
export function recognise(text: string): Guess[] {
  const query = text.trim().replace(/^["'<]+|["'>.,;]+$/g, '').trim(); // prettier-ignore
  if (query.length === 0) return [];
  const lower = query.toLowerCase();
  for (const prefix of PREFIXES) if (isId(prefix, lower)) return [{ kind: 'id', prefix, id: lower }];
  if (BARE_UUID.test(lower)) {
    const ids = PREFIXES.map((prefix): Guess => ({ kind: 'id', prefix, id: `${prefix}_${lower}` }));
    return [...ids, { kind: 'call', callId: query }];
  }
  const guesses: Guess[] = [];
  const digits = phoneDigits(query);
  if (digits !== null) guesses.push({ kind: 'phone', digits });
  if (/^https?:\/\//i.test(query) || /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(query))
    guesses.push({ kind: 'url', part: query });
  if (/^\S{1,255}$/.test(query)) guesses.push({ kind: 'call', callId: query });
  guesses.push({ kind: 'name', part: query });
  return guesses;
}
