import type { HealthReport } from '@calliope/model';
import { planReload } from './reload-plan.ts';
import type { Configuration } from './settings.ts';

export type ConfigurationReport = HealthReport['configuration'];

export interface ReloadSessionOptions {
  /** In force since the start; kept up to date by reloads, so whoever reads it late sees what is in force. */
  inForce: Configuration;
  /** Reads file and environment. @throws Error that lists all mistakes */
  read: () => Configuration;
  /** Puts changes in force, all or none. */
  apply: (changes: Partial<Configuration>) => Promise<void>;
  log: (line: string) => void;
  nowUs: () => number;
}

/** The configuration of a running node and how the last reload went. */
export interface ReloadSession {
  /** Reads the configuration again and puts in force what can be changed. Never rejects; one at a time, in order. */
  reload(): Promise<ConfigurationReport>;
  report(): ConfigurationReport;
  /** Sentences for the health report. */
  problems(): string[];
}

export function createReloadSession(options: ReloadSessionOptions): ReloadSession {
  const { inForce, read, apply, log, nowUs } = options;
  let state: ConfigurationReport = { loadedUs: nowUs(), reloads: 0, applied: [], needsRestart: [], error: null };
  let running: Promise<unknown> = Promise.resolve();

  async function run(): Promise<ConfigurationReport> {
    const reloads = state.reloads + 1;
    try {
      // The certificate files may have changed though their names have not, so this is applied also without a change of settings.
      const { changes, applied, needsRestart } = planReload(inForce, read());
      await apply(changes);
      Object.assign(inForce, changes);
      state = { loadedUs: nowUs(), reloads, applied, needsRestart, error: null };
      log(`The configuration was read again: ${applied.length > 0 ? `changed ${applied.join(', ')}` : 'no change'}.`);
      if (needsRestart.length > 0) log(restartNotice(needsRestart));
    } catch (error) {
      state = { ...state, reloads, applied: [], error: (error as Error).message };
      log(failureNotice(state.error!));
    }
    return state;
  }

  return {
    reload() {
      const result = running.then(run);
      running = result;
      return result;
    },
    report: () => state,
    problems() {
      const problems: string[] = [];
      if (state.error !== null) problems.push(failureNotice(state.error));
      if (state.needsRestart.length > 0) problems.push(restartNotice(state.needsRestart));
      return problems;
    },
  };
}

const failureNotice = (error: string): string =>
  `The new configuration was not taken, the one before stays in force: ${error}`;

const restartNotice = (paths: readonly string[]): string =>
  `Changed in the configuration, but in force only after a restart: ${paths.join(', ')}.`;
