/**
 * What the dashboard's page may load and who may frame it. Its scripts, styles, fonts and requests are its own; the
 * nonce lets the scroll lock of dialogs add its one `<style>`.
 */
export function contentPolicy(nonce: string, allowedOrigins: readonly string[]): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self'`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors ${allowedOrigins.length === 0 ? `'none'` : allowedOrigins.join(' ')}`,
  ].join('; ');
}
