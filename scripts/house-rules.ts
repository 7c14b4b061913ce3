// What the formatter and linter do not know: which room may depend on which, unique file names, file sizes, exact versions.
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import process from 'node:process';

/** Room → rooms it may depend on (see ARCHITECTURE.md). A package.json that lists more is a mistake; imports are checked against it by the linter. */
const ALLOWED: Record<string, readonly string[]> = {
  model: [],
  query: ['model'],
  frames: ['model'],
  hep: ['model'],
  sip: ['model'],
  calls: ['model'],
  store: ['model', 'calls'],
  collector: ['model', 'frames', 'hep', 'sip', 'calls'],
  api: ['model', 'query', 'frames', 'sip', 'calls'],
  web: ['model', 'query', 'sip', 'calls', 'frames'],
  cli: ['model', 'query', 'frames', 'hep', 'sip', 'calls', 'store', 'collector', 'api'],
  e2e: ['model', 'query', 'frames', 'hep', 'sip', 'calls', 'store', 'collector', 'api', 'cli'],
};
const MAX_LINES = 400;

const mistakes: string[] = [];

for await (const file of glob(['package.json', 'packages/*/package.json', 'e2e/package.json'])) {
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  const room = file === 'package.json' ? undefined : basename(dirname(file));
  const dependencies: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  };
  for (const [name, version] of Object.entries(dependencies)) {
    if (!/^\d+\.\d+\.\d+/.test(version)) mistakes.push(`${file}: ${name} has version ${version}, not an exact one`);
    const other = /^@calliope\/(.+)$/.exec(name)?.[1];
    if (room !== undefined && other !== undefined && !ALLOWED[room]?.includes(other)) {
      mistakes.push(`${file}: ${room} must not depend on ${other}`);
    }
  }
}

const seen = new Map<string, string>();
for await (const file of glob(['packages/*/src/**/*.{ts,tsx}', 'e2e/**/*.ts', 'scripts/*.ts', 'bench/**/*.ts'], {
  exclude: (name) => name.includes('node_modules'),
})) {
  const name = basename(file);
  const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
  if (lines > MAX_LINES) mistakes.push(`${file}: ${lines} lines, more than ${MAX_LINES}`);
  if (/^(utils?|helpers?|common|misc)\./.test(name)) mistakes.push(`${file}: a name that says nothing`);
  const databaseFolder = /packages\/store\/src\/[^/]+\//.test(file);
  if (name === 'index.ts' || databaseFolder) continue;
  const first = seen.get(name);
  if (first !== undefined) mistakes.push(`${file}: the same file name as ${first}`);
  seen.set(name, file);
}

for (const mistake of mistakes) console.error(mistake);
process.exit(mistakes.length > 0 ? 1 : 0);
