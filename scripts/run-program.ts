import { spawn } from 'node:child_process';
import process from 'node:process';

/** Runs a program with this terminal's output and gives its exit code (128 + signal when it was killed, 127 when it does not start). */
export function runProgram(program: string, args: readonly string[], options: { cwd?: string } = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)));
  });
}

/** Runs a JavaScript or TypeScript file under this very Node. */
export function runNode(args: readonly string[], options: { cwd?: string } = {}): Promise<number> {
  return runProgram(process.execPath, args, options);
}
