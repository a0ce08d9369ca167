/** A path of our own to go on to; anything else leads to the start page, so that no link leads away. */
export function pathWithin(to: unknown): string {
  return typeof to === 'string' &&
    /^\/admin(\/[\w\-./~%?=&,:+]*)?(\?[\w\-./~%?=&,:+]*)?$/.test(to) &&
    !to.includes('//') &&
    !to.startsWith('/admin/log')
    ? to
    : '/admin';
}
