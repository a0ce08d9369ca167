/**
 * AdminJS's page as ours: no fonts from outside, and a nonce on its scripts, without which the browser runs none.
 * What stands between the page's own script tags is JSON of our own; `<` in it is written so that it ends no script.
 */
export function ownLayout(html: string, nonce: string): string {
  return html
    .replace(/<link[^>]+fonts\.googleapis\.com[^>]*>/g, '')
    .replace(
      /(window\.(?:REDUX_STATE|THEME) = )(.*);$/gm,
      (_all, start: string, json: string) => `${start}${json.replaceAll('<', '\\u003c')};`,
    )
    .replace(/<script\b/g, `<script nonce="${nonce}"`);
}
