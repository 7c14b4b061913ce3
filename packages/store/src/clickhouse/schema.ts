import { StoreError } from '@calliope/model';
import { CALLS_TABLE } from './calls-table.ts';
import type { DatabaseSession } from './database-session.ts';
import { MESSAGES_TABLE } from './messages-table.ts';
import { OBSERVATIONS_TABLE } from './observations-table.ts';
import { integerLiteral } from './sql-literal.ts';
import { COMPACT_BYTES } from './table-settings.ts';

interface Migration {
  version: number;
  statements: readonly string[];
}

/** Only append: what is here was run on somebody's data. Each statement must be harmless when it is run again after a crash. */
const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: [MESSAGES_TABLE, CALLS_TABLE] },
  // The database made the fragments of calls itself; now they come with the batches.
  { version: 2, statements: ['DROP VIEW IF EXISTS calliope.calls_feed'] },
  {
    version: 3,
    statements: ['messages', 'calls'].map(
      (table) =>
        `ALTER TABLE calliope.${table} MODIFY SETTING min_bytes_for_wide_part = ${integerLiteral(COMPACT_BYTES)}`,
    ),
  },
  { version: 4, statements: [OBSERVATIONS_TABLE] },
  // A power cut damages what was inserted in the half minute before it. By default the database does not open when these are more than a hundred parts.
  {
    version: 5,
    statements: ['messages', 'calls', 'observations', 'migrations'].map(
      (table) =>
        `ALTER TABLE calliope.${table} MODIFY SETTING max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000`,
    ),
  },
];

/**
 * Creates or upgrades the tables. Idempotent, also when it was killed half way.
 * Throws {@link StoreError} `internal` when the data was written by a newer version of this program.
 */
export async function migrateSchema(database: DatabaseSession): Promise<void> {
  await database.execute('CREATE DATABASE IF NOT EXISTS calliope ENGINE = Atomic');
  await database.execute(`
    CREATE TABLE IF NOT EXISTS calliope.migrations (version UInt32, applied DateTime('UTC') DEFAULT now('UTC'))
    ENGINE = MergeTree ORDER BY version`);
  const result = await database.read('SELECT max(version) FROM calliope.migrations');
  const current = result.readUInt32LE(0);
  const newest = MIGRATIONS.at(-1)!.version;
  if (current > newest) {
    throw new StoreError(
      'internal',
      `The data has schema ${current}; this program knows up to ${newest}: run a newer one.`,
      {
        retryable: false,
      },
    );
  }
  for (const { version, statements } of MIGRATIONS) {
    if (version <= current) continue;
    for (const statement of statements) await database.execute(statement);
    await database.execute(`INSERT INTO calliope.migrations (version) VALUES (${integerLiteral(version)})`);
  }
}
