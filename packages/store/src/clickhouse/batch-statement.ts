import { join } from 'node:path';
import { MESSAGE_COLUMNS, SECTIONS } from './batch-format.ts';
import { CALL_FRAGMENT_COLUMNS } from './calls-table.ts';
import { OBSERVATION_COLUMNS } from './observations-table.ts';
import { integerLiteral, type Sql, stringLiteral } from './sql-literal.ts';

/** A part of a batch, and the table of the same name that it goes into. */
export type Section = keyof typeof SECTIONS;

const COLUMNS = {
  messages: MESSAGE_COLUMNS,
  calls: CALL_FRAGMENT_COLUMNS,
  observations: OBSERVATION_COLUMNS,
} as const;

export interface InsertOfFiles {
  /** For as long as the table remembers it, an insert with the same token adds nothing. */
  token: string;
  /** Directories, each with a file of the section. */
  paths: readonly string[];
  /** At least as many as the files have together: they go in as one block, wholly or not at all (but for one that falls into several partitions). */
  rows: number;
}

/** Inserts the files of one section. */
export function insertStatement(section: Section, { token, paths, rows }: InsertOfFiles): Sql {
  const columns = COLUMNS[section];
  const names = columns.map(({ name }) => name).join(', ');
  const structure = stringLiteral(columns.map(({ name, type }) => `${name} ${type}`).join(', '));
  const size = integerLiteral(Math.max(1, rows));
  const selects = paths.map(
    (path) => `SELECT * FROM file(${stringLiteral(join(path, SECTIONS[section]))}, 'Native', ${structure})`,
  );
  return `INSERT INTO calliope.${section} (${names})
${selects.join('\nUNION ALL\n')}
SETTINGS
  insert_deduplication_token = ${stringLiteral(token)},
  insert_deduplicate = 1,
  async_insert = 0,
  optimize_on_insert = 0,
  max_threads = 1, max_insert_threads = 1,
  max_insert_block_size = ${size},
  max_block_size = ${size},
  min_insert_block_size_rows = ${size}, min_insert_block_size_bytes = 0,
  max_partitions_per_insert_block = 0`;
}
