import { type Command, Option } from 'commander';

/** Adds the options of commands that speak to a server (see `withServer`). */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('--server <URL>', 'a running server, such as http://127.0.0.1:9080 (environment: CALLIOPE_SERVER)')
    .option('--token <TOKEN>', 'API token for that server (environment: CALLIOPE_TOKEN)')
    .option('--data <DIR>', 'data directory: its running server is asked, or it is opened when none runs')
    .option('--config <FILE>', 'configuration file');
}

export interface RangeOptions {
  from?: string;
  to?: string;
  tz?: string;
}

/** Adds the options that bound a search in time. */
export function addRangeOptions(command: Command): Command {
  return command
    .option('--from <TIME>', 'start: 2026-11-22T13:00:00.000001Z, "2026-11-22 13:00", yesterday, now-1h …')
    .option('--to <TIME>', 'end, not included')
    .option('--tz <ZONE>', 'time zone of times without one, such as Europe/Berlin', 'UTC');
}

/** `--format`, with the formats that the command has. */
export function formatOption(formats: readonly string[], fallback: string): Option {
  return new Option('--format <FORMAT>', 'form of the output').choices([...formats]).default(fallback);
}
