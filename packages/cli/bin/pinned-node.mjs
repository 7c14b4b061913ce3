// Plain JavaScript on purpose: this file runs on whatever Node the machine has (20 or later) and hands over to
// the Node that the project pins (see docs/decisions/0001-runtime.md).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';

const WANTED_MAJOR = 26;

/** The path of a Node of the wanted version: the pinned package of this platform, else this very Node if it is new enough. */
export function findNode() {
  const require = createRequire(import.meta.url);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    return require.resolve(`${name}/${binary}`);
  } catch {
    if (Number(process.versions.node.split('.')[0]) >= WANTED_MAJOR) return process.execPath;
    return undefined;
  }
}

/**
 * Runs a script under the pinned Node with this terminal's input and output, passes signals on, and exits as it did.
 * The child gets a channel to this process, so that it notices when this one is killed and does not stay behind.
 */
export function runUnderPinnedNode(args) {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `calliope needs Node ${WANTED_MAJOR}. Its package for this platform is missing: run "npm install" again ` +
        `without --omit=optional, or run with Node ${WANTED_MAJOR} (this is ${process.version}).`,
    );
    process.exit(69);
  }
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CALLIOPE_LAUNCHED: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`calliope: ${node} does not start: ${error.message}`);
    process.exit(69);
  });
  child.on('exit', (code, signal) =>
    process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1)),
  );
}
