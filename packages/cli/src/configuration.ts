import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { CommandError, ExitCode } from './exit-codes.ts';
import { type Configuration, environmentName, flagName, SETTINGS, type Setting } from './settings.ts';
import { tlsMistakes } from './tls-settings.ts';

export interface ConfigurationSources {
  /** Values of flags by setting key; undefined where not given. */
  flags: Partial<Record<keyof Configuration, string>>;
  environment: Record<string, string | undefined>;
  /** File named by `--config` or `CALLIOPE_CONFIG`; without one, `./calliope.yaml` and `/etc/calliope/calliope.yaml` are tried. */
  file?: string;
}

const DEFAULT_FILES = ['calliope.yaml', '/etc/calliope/calliope.yaml'];

/**
 * Flags over environment over file over defaults. All mistakes are found at once.
 * @throws CommandError (exit 2) that lists every mistake with the place it was made in.
 */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const mistakes: string[] = [];
  const file = readFile(sources, mistakes);
  const known = new Set([...SETTINGS.map(environmentName), 'CALLIOPE_CONFIG', 'CALLIOPE_SERVER', 'CALLIOPE_TOKEN']);
  for (const name of Object.keys(sources.environment)) {
    if (name.startsWith('CALLIOPE_') && !known.has(name) && !IGNORED_ENVIRONMENT.has(name)) {
      mistakes.push(`environment: ${name} is no setting${didYouMean(name, [...known])}`);
    }
  }
  const configuration: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const { texts, place } = rawValue(setting, sources, file);
    const values: unknown[] = [];
    for (const text of texts) {
      const parsed = setting.parse(text);
      if ('value' in parsed) values.push(parsed.value);
      else mistakes.push(`${place}: ${setting.path} is ${JSON.stringify(text)} but must be ${parsed.expected}`);
    }
    configuration[setting.key] = setting.list ? values : values[0];
  }
  if (mistakes.length === 0) mistakes.push(...tlsMistakes(configuration as unknown as Configuration));
  if (mistakes.length > 0) {
    throw new CommandError(
      ExitCode.USAGE,
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n  ${mistakes.join('\n  ')}`,
    );
  }
  const complete = configuration as unknown as Configuration;
  return { ...complete, data: resolve(complete.data) };
}

/** The file that is read, undefined when none was named and none is where it is looked for. */
export function configurationFile(
  named: string | undefined,
  environment: ConfigurationSources['environment'],
): string | undefined {
  return named ?? environment.CALLIOPE_CONFIG ?? DEFAULT_FILES.find((candidate) => existsSync(candidate));
}

/** Set by the launcher and by tests, not settings. */
const IGNORED_ENVIRONMENT = new Set(['CALLIOPE_LAUNCHED', 'CALLIOPE_FIXTURES']);

interface FileValues {
  name: string;
  values: Map<string, string[]>;
}

function rawValue(
  setting: Setting,
  sources: ConfigurationSources,
  file: FileValues | undefined,
): { texts: string[]; place: string } {
  const split = (text: string) =>
    setting.list
      ? text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : [text];
  const flag = sources.flags[setting.key];
  if (flag !== undefined) return { texts: split(flag), place: flagName(setting) };
  const fromEnvironment = sources.environment[environmentName(setting)];
  if (fromEnvironment !== undefined) return { texts: split(fromEnvironment), place: environmentName(setting) };
  const fromFile = file?.values.get(setting.path);
  if (file && fromFile) return { texts: fromFile, place: file.name };
  return { texts: split(setting.fallback), place: 'default' };
}

function readFile(sources: ConfigurationSources, mistakes: string[]): FileValues | undefined {
  const name = configurationFile(sources.file, sources.environment);
  if (name === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    mistakes.push(`${name}: cannot be read: ${(error as Error).message}`);
    return undefined;
  }
  const document = parseDocument(text);
  for (const error of document.errors) mistakes.push(`${name}: ${error.message}`);
  if (document.errors.length > 0) return undefined;
  const values = new Map<string, string[]>();
  const byPath = new Map(SETTINGS.map((setting) => [setting.path, setting]));
  const root: unknown = document.toJS();
  if (root !== null && (typeof root !== 'object' || Array.isArray(root))) {
    mistakes.push(`${name}: must hold settings as "name: value" lines`);
    return undefined;
  }
  flatten(root as Record<string, unknown> | null, '', (path, value) => {
    // `hep: HOST:PORT` is short for `hep.listen`.
    const setting = byPath.get(path) ?? byPath.get(`${path}.listen`);
    if (!setting) {
      mistakes.push(`${name}: ${path} is no setting${didYouMean(path, [...byPath.keys()])}`);
    } else if (Array.isArray(value)) {
      if (!setting.list) mistakes.push(`${name}: ${path} must be one value, not a list`);
      else values.set(setting.path, value.map(String));
    } else {
      values.set(setting.path, value === null ? (setting.list ? [] : ['']) : [String(value)]);
    }
  });
  return { name, values };
}

function flatten(
  value: Record<string, unknown> | null,
  prefix: string,
  visit: (path: string, value: unknown) => void,
): void {
  for (const [key, inner] of Object.entries(value ?? {})) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      flatten(inner as Record<string, unknown>, path, visit);
    else visit(path, inner);
  }
}

/** A hint for a mistyped name: the known name that differs least, when it differs by at most a third. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wrong.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
