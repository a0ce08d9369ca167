/** The ETag of something that counts its versions. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Which versions an `If-Match` allows: undefined when there is none, or `*`. A weak tag counts as well, because proxies
 * that compress weaken what they pass on. What is no tag of ours matches no version.
 */
export function versionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch.split(',').map((tag) => Number(/^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(tag)?.[1] ?? -1));
}
