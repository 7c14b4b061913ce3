import type { DuplicateSettings } from '@calliope/collector';
import type { Configuration } from './settings.ts';

/** What the configuration says of copies of one packet. */
export function duplicateSettingsOf({
  dedupWindowMs,
  dedupExceptNodes,
  dedupSameAgent,
}: Pick<Configuration, 'dedupWindowMs' | 'dedupExceptNodes' | 'dedupSameAgent'>): DuplicateSettings {
  return { windowMs: dedupWindowMs, exceptNodes: dedupExceptNodes, sameAgent: dedupSameAgent };
}
