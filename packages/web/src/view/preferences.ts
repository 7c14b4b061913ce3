export type Theme = 'system' | 'dark' | 'light';

/** What a person likes, kept in this browser. Never what a page shows: that is in the URL. */
export interface Preferences {
  theme: Theme;
  /** Zone for pages that are opened without one in the URL: 'UTC' or 'local'. */
  zone: 'UTC' | 'local';
  /** Column keys that a person chose, by table; a table without an entry shows its usual ones. */
  shownColumns: Record<string, string[]>;
  /** Width of the details beside a ladder, in CSS pixels. */
  detailWidth: number;
}

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  zone: 'UTC',
  shownColumns: {},
  detailWidth: 520,
};

const KEY = 'calliope.preferences';

/** Reads preferences from what was stored; whatever is missing or damaged is the default. */
export function parsePreferences(text: string | null): Preferences {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return DEFAULT_PREFERENCES;
  }
  if (typeof stored !== 'object' || stored === null) return DEFAULT_PREFERENCES;
  const { theme, zone, shownColumns, detailWidth } = stored as Record<string, unknown>;
  const shown: Record<string, string[]> = {};
  if (typeof shownColumns === 'object' && shownColumns !== null) {
    for (const [table, columns] of Object.entries(shownColumns)) {
      if (Array.isArray(columns)) shown[table] = columns.filter((column) => typeof column === 'string');
    }
  }
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : 'system',
    zone: zone === 'local' ? 'local' : 'UTC',
    shownColumns: shown,
    detailWidth: typeof detailWidth === 'number' && detailWidth >= 280 && detailWidth <= 1600 ? detailWidth : 520,
  };
}

let current: Preferences | undefined;
const listeners = new Set<() => void>();

export function readPreferences(): Preferences {
  if (!current) {
    try {
      current = parsePreferences(localStorage.getItem(KEY));
    } catch {
      current = DEFAULT_PREFERENCES; // storage may be forbidden by the browser's settings
    }
  }
  return current;
}

export function changePreferences(change: Partial<Preferences>): void {
  current = { ...readPreferences(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // The choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function subscribePreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
