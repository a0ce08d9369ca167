const HAS_ASCII = /[A-Za-z0-9]/;
const ASCII_ONLY = /^[\x20-\x7e]*$/;
/** Letters that Unicode does not take apart into an ASCII letter and marks. */
const SPELT_OUT: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * A name as snake_case ASCII: `Was the goal met?` is `was_the_goal_met`, `crmId` is `crm_id`, `Prénom` is `prenom`.
 * Null where the name has no ASCII letter or digit.
 */
export function snakeCase(name: string): string | null {
  if (!HAS_ASCII.test(name)) return null;
  const plain = ASCII_ONLY.test(name) ? name : toAscii(name);
  return plain
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

function toAscii(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßæœøłđðþı]/gi, (letter) => SPELT_OUT[letter.toLowerCase()] ?? letter);
}

/** Names repeat from call to call, so what they became is remembered; bounded, since they come from outside. */
const remembered = new Map<string, string | null>();
const MAX_REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 100;

export function rememberedSnakeCase(name: string): string | null {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const made = snakeCase(name);
  if (name.length <= LONGEST_REMEMBERED) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, made);
  }
  return made;
}

/** Names the fields of one object or list: those without an ASCII letter or digit are numbered `field_<n>` from 1. */
export class FieldNamer {
  private nameless = 0;

  name(name: string): string {
    return rememberedSnakeCase(name) ?? `field_${++this.nameless}`;
  }
}
