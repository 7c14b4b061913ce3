import { isDeepStrictEqual } from 'node:util';
import { type Configuration, SETTINGS } from './settings.ts';

/** What differs between the configuration in force and one that was read since. */
export interface ReloadPlan {
  /** Settings that can be changed while running, with their new values. */
  changes: Partial<Configuration>;
  /** Their names, as in the configuration file. */
  applied: string[];
  /** Names of settings that differ and are left, as they take a restart. */
  needsRestart: string[];
}

/** Compares setting by setting; what `settings.ts` does not mark as reloadable waits for a restart. */
export function planReload(inForce: Configuration, wanted: Configuration): ReloadPlan {
  const differing = SETTINGS.filter(({ key }) => !isDeepStrictEqual(inForce[key], wanted[key]));
  const reloadable = differing.filter((setting) => setting.reloadable);
  return {
    changes: Object.fromEntries(reloadable.map(({ key }) => [key, wanted[key]])) as Partial<Configuration>,
    applied: reloadable.map(({ path }) => path),
    needsRestart: differing.filter((setting) => !setting.reloadable).map(({ path }) => path),
  };
}
