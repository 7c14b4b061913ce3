import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { IpProtocol, type SpoolBatch } from '@calliope/model';
import { createBatchWriter } from '@calliope/store';
import fc from 'fast-check';
import { MAX_BATCH_MESSAGES, parseBatchId, SECTIONS } from '../src/clickhouse/batch-format.ts';
import { createSplitBlocks, type SplitBlocks } from '../src/clickhouse/batch-split-blocks.ts';
import { type SplitColumns, splitColumns } from '../src/clickhouse/batch-split-columns.ts';
import { salvageRows } from '../src/clickhouse/batch-split-salvage.ts';
import { appendTo, BASE_US, type GeneratedMessage, generateMessages, plainMessage } from './generated-messages.ts';
import { temporaryDirectory } from './spooled-store.ts';

const directory = temporaryDirectory();
after(() => rmSync(directory, { recursive: true, force: true }));

function writeBatch(messages: readonly GeneratedMessage[]): SpoolBatch {
  const batches: SpoolBatch[] = [];
  const writer = createBatchWriter({ directory, nodeName: 'n', worker: 0, onBatch: (batch) => batches.push(batch) });
  for (const message of messages) appendTo(writer.append, message);
  writer.flush();
  return batches[0]!;
}

const firstIdOf = ({ id }: SpoolBatch): bigint => BigInt(parseBatchId(id).number) * BigInt(MAX_BATCH_MESSAGES);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

test('a batch that is whole is read, and written again, byte by byte', () => {
  for (const count of [1, 2, 400]) {
    const batch = writeBatch(generateMessages(count, count));
    const bytes = readFileSync(join(batch.path, SECTIONS.messages));
    const split = splitColumns(bytes, count);
    assert.ok(split.columns.every((column) => column.whole === count && !column.isMisaligned));
    const { rows, doubtfulFrom } = salvageRows(split);
    assert.deepEqual([rows, doubtfulFrom.size], [upTo(count), 0]);
    const blocks = createSplitBlocks({ split, doubtfulFrom, firstId: firstIdOf(batch) });
    assert.deepEqual(Buffer.concat(blocks.messages(rows)), bytes);
    assert.deepEqual(Buffer.concat(blocks.calls(rows)), readFileSync(join(batch.path, SECTIONS.calls)));
  }
});

/** A message whose fields are in its payload, as those of a real one are. */
function realMessage(index: number): GeneratedMessage {
  const texts = {
    CALL_ID: Buffer.from(`${(index * 7919).toString(36)}-${index}@192.0.2.${index % 7}`),
    METHOD: Buffer.from(index % 3 === 0 ? 'INVITE' : 'BYE'),
    FROM_USER: Buffer.from(`+4930${900_000 + index}`),
    FROM_HOST: Buffer.from('voice.example.net'),
    FROM_TAG: Buffer.from(`f${index * 31}`),
    TO_USER: Buffer.from(`+4940${index * 13}`),
    TO_HOST: Buffer.from('example.org'),
    TO_TAG: Buffer.from(index % 2 === 0 ? '' : `t${index}`),
    USER_AGENT: Buffer.from('phone/1.0'),
  };
  const text = (name: keyof typeof texts): string => texts[name].toString();
  const payload = [
    `${text('METHOD')} sip:${text('TO_USER')}@${text('TO_HOST')} SIP/2.0`,
    `From: <sip:${text('FROM_USER')}@${text('FROM_HOST')}>;tag=${text('FROM_TAG')}`,
    `To: <sip:${text('TO_USER')}@${text('TO_HOST')}>;tag=${text('TO_TAG')}`,
    `Call-ID: ${text('CALL_ID')}`,
    `User-Agent: ${text('USER_AGENT')}`,
    `X: ${'x'.repeat((index * 37) % 200)}`,
  ];
  return plainMessage({
    timestampUs: BASE_US + index,
    protocol: IpProtocol.UDP,
    texts,
    payload: Buffer.from(`${payload.join('\r\n')}\r\n\r\n`),
  });
}

const COUNT = 60;
const batch = writeBatch(upTo(COUNT).map(realMessage));
const original = readFileSync(join(batch.path, SECTIONS.messages));
const undamaged = splitColumns(original, COUNT);

/** What a row holds, without its id, which follows from its number. */
function contentOf(split: SplitColumns, blocks: SplitBlocks, row: number): string {
  const values = split.columns
    .filter(({ name }) => name !== 'id')
    .map(({ name, width }) => blocks[width > 0 ? 'fixed' : 'text'](row, name).toString('latin1'));
  return JSON.stringify(values);
}

const blocksOf = (split: SplitColumns, doubtfulFrom: ReadonlyMap<string, number>): SplitBlocks =>
  createSplitBlocks({ split, doubtfulFrom, firstId: firstIdOf(batch) });
const intact = upTo(COUNT).map((row) => contentOf(undamaged, blocksOf(undamaged, new Map()), row));
/** Where the last byte of a row is: that of its payload. */
const endOf = (row: number): number => undamaged.columns.at(-1)!.ends[row]!;

interface Damage {
  kind: 'cut' | 'changed' | 'zeroed' | 'removed' | 'added';
  at: number;
  size: number;
}

function damaged({ kind, at, size }: Damage): Buffer {
  const before = original.subarray(0, at);
  const after = original.subarray(at + size);
  switch (kind) {
    case 'cut':
      return Buffer.from(before);
    case 'changed':
      return Buffer.concat([before, Buffer.from([original[at]! ^ (1 + (size % 255))]), original.subarray(at + 1)]);
    case 'zeroed':
      return Buffer.concat([before, Buffer.alloc(original.length - at - after.length), after]);
    case 'removed':
      return Buffer.concat([before, after]);
    case 'added':
      return Buffer.concat([before, Buffer.alloc(size, 'damage'), original.subarray(at)]);
  }
}

const damages: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom<Damage['kind']>('cut', 'changed', 'zeroed', 'removed', 'added'),
  // Half of them within the payloads, which are last.
  at: fc.oneof(
    fc.integer({ min: 0, max: original.length - 1 }),
    fc.integer({ min: undamaged.columns.at(-1)!.starts[0]!, max: original.length - 1 }),
  ),
  size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5_000 })),
});

test('whatever happens to a file, every row that stands wholly before the damage is there as it was', () => {
  fc.assert(
    fc.property(damages, (damage) => {
      const split = splitColumns(damaged(damage), COUNT);
      const { rows, doubtfulFrom } = salvageRows(split);
      const blocks = blocksOf(split, doubtfulFrom);
      assert.deepEqual(rows, upTo(rows.length));
      for (const row of upTo(COUNT)) {
        if (endOf(row) > damage.at) break;
        assert.ok(rows.includes(row), `row ${row} of ${rows.length}`);
        assert.equal(contentOf(split, blocks, row), intact[row]);
      }
      // Whatever is kept can be written, also where the damage is.
      blocks.messages(rows);
      blocks.calls(rows);
    }),
    { numRuns: 500 },
  );
});

test('a damaged number, or a text that is as long as it was, costs no row', () => {
  const places = fc.constantFrom(...undamaged.columns).chain((column) =>
    fc.record({
      row: fc.integer({ min: 0, max: COUNT - 1 }),
      column: fc.constant(column),
      change: fc.integer({ min: 1, max: 255 }),
    }),
  );
  fc.assert(
    fc.property(places, ({ row, column, change }) => {
      const at = column.starts[row]!;
      fc.pre(column.ends[row]! > at);
      const bytes = Buffer.from(original);
      bytes[at]! ^= change;
      const split = splitColumns(bytes, COUNT);
      const { rows, doubtfulFrom } = salvageRows(split);
      assert.deepEqual([rows.length, doubtfulFrom.size], [COUNT, 0]);
      const blocks = blocksOf(split, doubtfulFrom);
      for (const other of upTo(COUNT)) if (other !== row) assert.equal(contentOf(split, blocks, other), intact[other]);
    }),
  );
});

test('a text that lost its length costs what stands after it in its column, and no other', () => {
  for (const [name, row] of [
    ['call_id', 20],
    ['from_user', 0],
    ['to_tag', 59],
    ['node', 5],
  ] as const) {
    const column = undamaged.columns.find((candidate) => candidate.name === name)!;
    const bytes = Buffer.from(original);
    bytes[column.starts[row]! - 1]! ^= 3;
    const split = splitColumns(bytes, COUNT);
    const { rows, doubtfulFrom } = salvageRows(split);
    assert.equal(rows.length, COUNT, name);
    assert.deepEqual([...doubtfulFrom.keys()], [name]);
    const believed = doubtfulFrom.get(name)!;
    // The node is in no payload, so that nothing speaks for those before the damage.
    assert.ok(name === 'node' ? believed === 0 : believed >= row && believed <= row + 2, `${name} from ${believed}`);
    const blocks = blocksOf(split, doubtfulFrom);
    assert.equal(blocks.text(COUNT - 1, name).length, 0);
    assert.equal(blocks.text(COUNT - 1, 'payload').toString(), realMessage(COUNT - 1).payload.toString());
    blocks.calls(rows);
  }
});
