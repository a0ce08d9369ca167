/** An invisible character between `@` and a word that pings everybody, so that no platform reads it as a mention. */
const BREAK = '\u200b';

/** Keeps what was said in a call from notifying a whole channel. */
export function withoutMentions(text: string): string {
  return text.replace(/@(?=\s*(channel|here|everyone|group|all\b))/gi, `@${BREAK}`);
}
