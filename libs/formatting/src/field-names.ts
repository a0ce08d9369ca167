import { createHash } from 'node:crypto';
import { transliterate } from 'transliteration';

const ASCII_ONLY = /^[\x20-\x7e]*$/;
/** Latin letters, marks, digits and symbols: what Unicode takes apart into ASCII and marks without another alphabet. */
const LATIN = /[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+/gu;
/** Latin letters that Unicode does not take apart. */
const SPELLED_OUT: Record<string, string> = {
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
 * A name as snake_case ASCII: `Was the goal met?` is `was_the_goal_met`, `crmId` is `crm_id`, `Prénom` is `prenom`,
 * `希望日` is `xi_wang_ri`; a name in which nothing of that is found is `field_` and 8 hex digits of its SHA-256. It
 * depends on nothing but the name.
 */
export function fieldName(name: string): string {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const made = snakeCase(ASCII_ONLY.test(name) ? name : toAscii(name)) || `field_${shortHash(name)}`;
  if (name.length <= LONGEST_REMEMBERED) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, made);
  }
  return made;
}

/** 8 hex digits that tell names apart whose keys are the same. */
export function shortHash(name: string): string {
  return sha256(name).slice(0, 8);
}

/** In hex, of the UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Names repeat from call to call, so their keys are remembered; bounded, since they come from outside. */
const remembered = new Map<string, string>();
const MAX_REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 100;
/** Longer keys are cut in the end, and transliteration is slow. */
const LONGEST_TRANSLITERATED = 1_000;

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** Latin letters keep the keys that they always had; other scripts are transliterated. */
function toAscii(name: string): string {
  const latin = name.normalize('NFC').replace(LATIN, (run) =>
    run
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[ßæœøłđðþı]/gi, (letter) => SPELLED_OUT[letter.toLowerCase()] ?? letter),
  );
  return ASCII_ONLY.test(latin) ? latin : transliterate(latin.slice(0, LONGEST_TRANSLITERATED));
}
