import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';

export interface StartOptions {
  cwd: string;
  /** Added to the environment. */
  environment?: Record<string, string>;
}

export interface ExitStatus {
  /** null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Characters of output that are kept, the last ones. */
const KEPT_OUTPUT = 256 * 1024;

/** A program that runs in a process group of its own, so that it and whatever it started can be stopped together, by id. */
export class StartedProgram implements AsyncDisposable {
  readonly name: string;
  readonly exited: Promise<ExitStatus>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #output = '';
  #status: ExitStatus | undefined;

  constructor(name: string, args: readonly string[], options: StartOptions) {
    this.name = name;
    const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin`, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    this.#child = spawn(name, args, {
      cwd: options.cwd,
      env: { ...environment, ...options.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
        this.#wake();
      });
    }
    this.exited = new Promise((resolve) => {
      const finish = (status: ExitStatus): void => {
        this.#status = status;
        this.#wake();
        resolve(status);
      };
      this.#child.once('error', (error) => {
        this.#output += `${error.message}\n`;
        finish({ code: null, signal: null });
      });
      this.#child.once('close', (code, signal) => finish({ code, signal }));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote to standard output and error, at most the last 256 Ki characters. */
  get output(): string {
    return this.#output;
  }

  /** Undefined while it runs. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** Resolves when the output matches; rejects with the output when the program ended or `timeoutMs` passed first. */
  async waitForOutput(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      this.#wake();
    }, timeoutMs);
    try {
      for (;;) {
        const match = pattern.exec(this.#output);
        if (match) return match;
        if (this.#status || expired) throw new Error(this.describe(`did not write ${pattern}`));
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves with how it ended; stops it and rejects with its output when that takes longer than `timeoutMs`. */
  async waitForExit(timeoutMs: number): Promise<ExitStatus> {
    const status = await within(this.exited, timeoutMs);
    if (status) return status;
    await this.stop();
    throw new Error(this.describe(`did not end within ${timeoutMs} ms`));
  }

  /** Asks with `signal`, and kills the whole group when it has not ended after `graceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 5_000): Promise<ExitStatus> {
    if (!this.#status) this.#signal(signal);
    await within(this.exited, graceMs);
    // Also after a clean end: children that outlived their parent are in the group still.
    this.#signal('SIGKILL');
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  describe(problem: string): string {
    return `${this.name} ${problem}; its last output:\n${this.#output.slice(-4_000)}`;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The group is gone.
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The promise's value, or undefined when it takes longer. */
async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
