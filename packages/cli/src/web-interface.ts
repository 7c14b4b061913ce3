import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));

/** Directory of the built web interface. */
export const webRoot: string = join(PACKAGES, 'web', 'dist');

/**
 * Builds the web interface when it is missing or older than its sources; takes some seconds, once.
 * @returns whether there is one now. Without it the API still serves.
 */
export async function ensureWebInterface(log: (line: string) => void): Promise<boolean> {
  const index = join(webRoot, 'index.html');
  const web = join(PACKAGES, 'web');
  if (!existsSync(join(web, 'vite.config.ts'))) return existsSync(index);
  const builtMs = existsSync(index) ? (await stat(index)).mtimeMs : 0;
  if (builtMs > (await newestSourceMs())) return true;
  let vite: string;
  try {
    vite = join(dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js');
  } catch {
    log('The web interface is not built, and its builder is not installed: run "npm install" without --omit=dev.');
    return builtMs > 0;
  }
  log('Building the web interface (once, and again when its sources change) …');
  const started = performance.now();
  const output: string[] = [];
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: web,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => output.push(String(chunk)));
    child.stderr.on('data', (chunk) => output.push(String(chunk)));
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) {
    log(`The web interface could not be built:\n${output.join('').trim()}`);
    return builtMs > 0;
  }
  log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  return true;
}

async function newestSourceMs(): Promise<number> {
  let newest = 0;
  for await (const file of glob(
    ['web/src/**/*', 'web/index.html', 'web/vite.config.ts', '{model,query,calls,sip,frames}/src/**/*.ts'],
    { cwd: PACKAGES },
  )) {
    newest = Math.max(newest, (await stat(join(PACKAGES, file))).mtimeMs);
  }
  return newest;
}
