import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createEngine } from '../src/clickhouse/engine.ts';
import { migrateSchema } from '../src/clickhouse/schema.ts';
import { temporaryDirectory } from './spooled-store.ts';

const directory = temporaryDirectory();
after(() => rmSync(directory, { recursive: true, force: true }));

const PARTS = 130;
const WHOLE = 15;

/** Empties the files of the newest parts of the messages, as a power cut does with what was not yet on the disk. */
function damageParts(): number {
  let damaged = 0;
  for (const name of readdirSync(join(directory, 'data', 'store'), { recursive: true, encoding: 'utf8' })) {
    const match = /\/\w+_(\d+)_\d+_\d+\/(?:data\.\w+|checksums\.txt|columns\.txt|count\.txt)$/.exec(name);
    if (!match || Number(match[1]) <= WHOLE) continue;
    truncateSync(join(directory, 'data', 'store', name), 0);
    damaged++;
  }
  return damaged;
}

test('a database of which a power cut damaged many parts opens with the others, and takes what comes', async () => {
  const first = await createEngine({ directory, memoryBytes: 1 << 29, prepare: migrateSchema });
  const insert = 'INSERT INTO calliope.messages (ts, id, call_id) SELECT now64(6), ';
  try {
    await first.execute('SYSTEM STOP MERGES calliope.messages');
    for (let part = 0; part < PARTS; part++) await first.execute(`${insert}${part}, 'c'`);
  } finally {
    await first.stop();
  }
  assert.ok(damageParts() > 100);
  const second = await createEngine({ directory, memoryBytes: 1 << 29, prepare: migrateSchema });
  try {
    const count = async (): Promise<number> =>
      Number((await second.read('SELECT count() FROM calliope.messages')).readBigUInt64LE());
    assert.equal(await count(), WHOLE);
    await second.execute(`${insert}1000, 'c'`);
    assert.equal(await count(), WHOLE + 1);
  } finally {
    await second.stop();
  }
});
