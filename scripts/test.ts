// `npm test [-- WORD …]` runs the test files (those whose path contains a WORD, or all) and closes with "N passed, N failed".
import { glob } from 'node:fs/promises';
import { cpus } from 'node:os';
import process from 'node:process';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    timeout: { type: 'string', default: '300' },
    'no-skips': { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm test -- [WORD …] [--timeout SECONDS] [--no-skips]\nRuns the test files whose path contains one of the words, or all of them. With --no-skips, a skipped test is a failure.',
  );
  process.exit(0);
}

const files: string[] = [];
for await (const file of glob(['packages/*/test/**/*.test.ts', 'e2e/test/**/*.test.ts'])) {
  if (positionals.length === 0 || positionals.some((word) => file.includes(word))) files.push(file);
}
files.sort();

let passed = 0;
let failed = 0;
const skipped: string[] = [];
const stream = run({ files, concurrency: cpus().length, timeout: Number(values.timeout) * 1000 });
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined) skipped.push(`${event.name}${typeof event.skip === 'string' ? `: ${event.skip}` : ''}`);
  else passed++;
});
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite' || event.details.error?.cause !== undefined) failed++;
});
stream.compose(new spec()).pipe(process.stdout);
await new Promise((resolve) => stream.on('end', resolve));
await new Promise((resolve) => setTimeout(resolve, 100));

if (skipped.length > 0) console.log(`\nSkipped:\n  ${skipped.join('\n  ')}`);
const skipsAreFailures = values['no-skips'] && skipped.length > 0;
if (skipsAreFailures) console.log('Nothing may be skipped here.');
console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 || skipsAreFailures ? 1 : 0);
