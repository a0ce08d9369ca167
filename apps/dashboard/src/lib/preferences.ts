import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

interface Preferences {
  theme: Theme;
  /** An IANA name; null: the browser's. */
  timeZone: string | null;
}

const KEY = 'skipcalls.preferences';
const DEFAULTS: Preferences = { theme: 'system', timeZone: null };
const listeners = new Set<() => void>();
let current = load();

function load(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    const theme = kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'system';
    return { theme, timeZone: kept.timeZone && isZone(kept.timeZone) ? kept.timeZone : null };
  } catch {
    // An iframe without access to storage: preferences then last as long as the page.
    return DEFAULTS;
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // As above.
  }
  applyTheme();
  listeners.forEach((listener) => listener());
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The zone in which the reader wants times. */
export function useZone(): string {
  return usePreferences().timeZone ?? browserZone;
}

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  const dark = current.theme === 'dark' || (current.theme === 'system' && prefersDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

/** Before the first paint. */
export function startTheme(): void {
  applyTheme();
  prefersDark.addEventListener('change', applyTheme);
}
