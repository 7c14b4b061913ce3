import { createRequire } from 'node:module';
import { join } from 'node:path';

interface EngineSession {
  query(sql: string, format: string): string;
  close(): void;
}

/** Prints bytes on disk a message by column and projection, of a database that no store has open. */
export async function printSizes(engineDirectory: string): Promise<void> {
  const require = createRequire(import.meta.resolve('@calliope/store'));
  const { Session } = require('chdb') as { Session: new (path: string) => EngineSession };
  const session = new Session(join(engineDirectory, 'data'));
  const rows = Number(
    session.query(
      "SELECT sum(rows) FROM system.parts WHERE active AND database = 'calliope' AND table = 'messages'",
      'TSV',
    ),
  );
  const print = (title: string, sql: string): void => {
    console.log(`\n${title} (bytes a message)`);
    for (const line of session.query(sql, 'TSV').trim().split('\n')) {
      const [name = '', bytes] = line.split('\t');
      console.log(`  ${name.padEnd(28)} ${(Number(bytes) / rows).toFixed(2)}`);
    }
  };
  const where = "active AND database = 'calliope'";
  print('tables', `SELECT table, sum(bytes_on_disk) FROM system.parts WHERE ${where} GROUP BY 1 ORDER BY 2 DESC`);
  print('parts', `SELECT table, count() FROM system.parts WHERE ${where} GROUP BY 1 ORDER BY 2 DESC`);
  for (const table of ['messages', 'calls']) {
    const of = `${where} AND table = '${table}'`;
    print(
      `columns of ${table}`,
      `SELECT column, sum(column_data_compressed_bytes) FROM system.parts_columns WHERE ${of} GROUP BY 1 ORDER BY 2 DESC`,
    );
  }
  print(
    'projections',
    `SELECT name, sum(bytes_on_disk) FROM system.projection_parts WHERE ${where} GROUP BY 1 ORDER BY 2 DESC`,
  );
  session.close();
}
