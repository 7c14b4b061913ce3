import type { Filter } from '@calliope/model';
import { type CompileOptions, compileQuery, type QueryError } from '@calliope/query';
import { showFilter } from './show-filter.ts';

/** 2026-11-22 13:00:00 in Berlin. */
export const NOW_US = 1_795_348_800_000_000;

export function optionsOf(of: 'messages' | 'calls', countryCode?: string): CompileOptions {
  return { of, nowUs: NOW_US, timeZone: 'Europe/Berlin', ...(countryCode === undefined ? {} : { countryCode }) };
}

/** The filter of a text that must compile. */
export function filterOf(text: string, of: 'messages' | 'calls' = 'messages', countryCode?: string): Filter {
  const result = compileQuery(text, optionsOf(of, countryCode));
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.filter;
}

export function shownFilterOf(text: string, of: 'messages' | 'calls' = 'messages', countryCode?: string): string {
  return showFilter(filterOf(text, of, countryCode));
}

/** The error of a text that must not compile. */
export function errorOf(text: string, of: 'messages' | 'calls' = 'messages'): QueryError {
  const result = compileQuery(text, optionsOf(of));
  if (result.ok) throw new Error(`${text} compiled to ${showFilter(result.filter)}`);
  return result.error;
}
