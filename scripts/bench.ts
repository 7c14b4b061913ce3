// `npm run bench -- [NAME …]` runs bench/NAME.bench.ts; without a name it lists them.
import { glob } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { runNode } from './run-program.ts';

const [name, ...args] = process.argv.slice(2);
const files: string[] = [];
for await (const file of glob('bench/*.bench.ts')) files.push(file);
files.sort();
if (name === undefined) {
  console.log(
    `npm run bench -- NAME [ARGUMENT …], where NAME is one of:\n  ${files.map((file) => basename(file, '.bench.ts')).join('\n  ')}`,
  );
  process.exit(0);
}
const file = files.find((candidate) => basename(candidate, '.bench.ts') === name);
if (file === undefined) {
  console.error(`There is no benchmark ${name}.`);
  process.exit(2);
}
process.exit(await runNode(['--expose-gc', file, ...args]));
