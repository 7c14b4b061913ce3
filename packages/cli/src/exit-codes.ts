/** What the exit status of a command means; the same for all commands and listed by `calliope --help`. */
export const ExitCode = {
  OK: 0,
  /** Something went wrong in the world: disk, network, database. */
  FAILURE: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  USAGE: 2,
  /** The data directory is used by another running server. */
  DATA_IN_USE: 3,
  /** What was asked for does not exist: no such call, no such user. */
  NOT_FOUND: 4,
  /** The server cannot be reached, or refused the token. */
  UNREACHABLE: 5,
  /** Done as far as possible; the rest takes a restart of the server. */
  RESTART_NEEDED: 6,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An end of the program that is the operator's to mend: its message is all that is printed. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
