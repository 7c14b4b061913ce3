// `npm run check` checks format, lint (with the direction of dependencies), types and tests; `-- --fast` leaves the tests out.
import process from 'node:process';
import { runNode } from './run-program.ts';

const steps: [name: string, args: string[]][] = [
  [
    'format, lint and direction of dependencies',
    ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ],
  ['types', ['node_modules/typescript/bin/tsc', '-p', '.']],
  ['house rules', ['scripts/house-rules.ts']],
  ['docs/configuration.md', ['scripts/configuration-doc.ts', '--check']],
];
if (!process.argv.includes('--fast')) steps.push(['tests', ['scripts/test.ts']]);

let bad = 0;
for (const [name, args] of steps) {
  console.log(`\n== ${name}`);
  const code = await runNode(args);
  if (code !== 0) {
    console.error(`== ${name}: not good (exit ${code})`);
    bad++;
  }
}
process.exit(bad > 0 ? 1 : 0);
