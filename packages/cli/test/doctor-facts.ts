import { loadConfiguration } from '../src/configuration.ts';
import type { Finding } from '../src/doctor-finding.ts';
import type { Configuration } from '../src/settings.ts';

/** A configuration of nothing but these. */
export function configurationOf(environment: Record<string, string> = {}): Configuration {
  return loadConfiguration({ flags: {}, environment, file: '/dev/null' });
}

export const severities = (findings: readonly Finding[]): Finding['severity'][] =>
  findings.map(({ severity }) => severity);
