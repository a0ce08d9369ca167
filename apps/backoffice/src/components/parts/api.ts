import { useEffect, useRef, useState } from 'react';

export interface Failure {
  detail: string;
  errors: { path: string; message: string }[];
}

/** Calls the backoffice's own API. Signed out meanwhile: the browser goes to the sign-in, and comes back here. */
export async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`/admin/api${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (response.redirected && new URL(response.url).pathname.startsWith('/admin/login')) {
    location.assign(`/admin/login?to=${encodeURIComponent(location.pathname + location.search)}`);
    return new Promise(() => undefined);
  }
  const answer = (await response.json().catch(() => ({}))) as T & { failed?: Failure; detail?: string };
  if (!response.ok && !answer.failed) {
    return {
      ...answer,
      failed: { detail: answer.detail ?? `The server answered ${response.status}.`, errors: [] },
    };
  }
  return answer;
}

/** Reads again every so often while the page is looked at; keeps the last answer when one reading fails. */
export function usePolling<T>(
  path: string | null,
  everyMs: number,
  initial: T | null,
): { data: T | null; failed: string | null; refresh: () => void } {
  const [data, setData] = useState<T | null>(initial);
  const [failed, setFailed] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const skipFirst = useRef(initial !== null);
  useEffect(() => {
    if (path === null) return undefined;
    let ended = false;
    const read = async () => {
      if (document.visibilityState === 'hidden') return;
      try {
        const answer = await call<T & { failed?: Failure }>(path);
        if (ended) return;
        setFailed(answer.failed?.detail ?? null);
        if (!answer.failed) setData(answer);
      } catch {
        if (!ended) setFailed('The server can’t be reached. Trying again.');
      }
    };
    if (!skipFirst.current) void read();
    skipFirst.current = false;
    const timer = setInterval(() => void read(), everyMs);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [path, everyMs, turn]);
  return { data, failed, refresh: () => setTurn((n) => n + 1) };
}
