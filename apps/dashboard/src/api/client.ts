import type { Page } from './types';

/** A problem+json answer (RFC 9457), or a failure to reach the API at all (`status` 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: { path: string; message: string }[] = [],
    readonly requestId: string | null = null,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }

  /** What is wrong with a field, by its path in the request; also of what lies inside it (`events[0]`). */
  fieldError(path: string): string | undefined {
    return this.errors.find(
      (error) =>
        error.path === path || error.path.startsWith(`${path}[`) || error.path.startsWith(`${path}.`),
    )?.message;
  }
}

/** Shown by every change that a cookie vouches for: other sites' pages cannot send it. */
const HEADERS = { 'X-Requested-With': 'skipcalls-dashboard' };

/** How far the server's clock is ahead of this one, in milliseconds; for counting down to its times. */
let clockSkew = 0;
export function serverNow(): number {
  return Date.now() + clockSkew;
}

export interface Answer<T> {
  body: T;
  etag: string | null;
}

async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(`/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        ...HEADERS,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiProblem(
      0,
      'unreachable',
      'SkipCalls cannot be reached. Check your connection; we try again by ourselves.',
    );
  }
  noteClock(response.headers.get('date'));
  const text = await response.text();
  const parsed = parse(text);
  if (!response.ok) {
    const problem = (parsed ?? {}) as {
      code?: string;
      detail?: string;
      title?: string;
      errors?: { path: string; message: string }[];
    };
    throw new ApiProblem(
      response.status,
      problem.code ?? 'unknown',
      problem.detail ?? problem.title ?? `The server answered ${response.status}.`,
      problem.errors,
      response.headers.get('x-request-id'),
    );
  }
  return { body: parsed as T, etag: response.headers.get('etag') };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Date` has whole seconds only, so small differences mean nothing. */
function noteClock(date: string | null): void {
  if (!date) return;
  const difference = Date.parse(date) + 500 - Date.now();
  clockSkew = Math.abs(difference) > 2000 ? difference : 0;
}

type Query = Record<string, string | number | undefined>;

export function withQuery(path: string, query: Query): string {
  const used = Object.entries(query).filter(([, value]) => value !== undefined && value !== '') as [
    string,
    string | number,
  ][];
  return used.length === 0
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(used.map(([name, value]) => [name, String(value)]))}`;
}

export const api = {
  get: async <T>(path: string, query: Query = {}): Promise<T> =>
    (await request<T>('GET', withQuery(path, query))).body,
  getWithEtag: <T>(path: string): Promise<Answer<T>> => request<T>('GET', path),
  post: async <T>(path: string, body: unknown = {}): Promise<T> =>
    (await request<T>('POST', path, body)).body,
  /** With `etag`, the change is refused where somebody else has made one since. */
  patch: <T>(path: string, body: unknown, etag?: string | null): Promise<Answer<T>> =>
    request<T>('PATCH', path, body, etag ? { 'If-Match': etag } : {}),
  delete: async (path: string): Promise<void> => void (await request('DELETE', path)),
  /** All pages of a list, up to `most` rows. */
  all: async <T>(path: string, most = 1000): Promise<T[]> => {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<T> = await api.get<Page<T>>(path, { limit: 200, cursor: cursor ?? undefined });
      rows.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor && rows.length < most);
    return rows;
  },
};
