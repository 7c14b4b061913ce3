import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Observation, SpoolBatch } from '@calliope/model';
import { batchFiles, parseBatchId } from '../src/clickhouse/batch-format.ts';
import { appendCopyTo, appendTo, BASE_US, plainMessage } from './generated-messages.ts';
import { createSpooledStore } from './spooled-store.ts';

const DAY_US = 86_400_000_000;
const callId = (name: string) => ({ texts: { CALL_ID: Buffer.from(name), METHOD: Buffer.from('INVITE') } });

describe('observations of copies', () => {
  let spooled: Awaited<ReturnType<typeof createSpooledStore>>;
  before(async () => {
    spooled = await createSpooledStore();
  });
  after(() => spooled.stop());

  /** A message with one copy, in the batch that is open. */
  function append(name: string, timestampUs = BASE_US): void {
    const message = plainMessage({ ...callId(name), timestampUs });
    appendTo(spooled.append, message);
    appendCopyTo(spooled.appendCopy, { ...message, node: Buffer.from('other') }, timestampUs, '192.0.2.9');
  }

  async function observationsOf(name: string): Promise<Observation[]> {
    const { items } = await spooled.reader.messagesOfCalls([name]);
    return [...(await spooled.reader.observations(items)).values()].flat();
  }

  function closedBatch(): SpoolBatch {
    spooled.flush();
    const [batch] = spooled.batches.splice(0);
    return batch!;
  }

  test('are a file of their batch, and count as pending but not as messages', () => {
    append('one');
    appendCopyTo(spooled.appendCopy, plainMessage(callId('two')), BASE_US, '192.0.2.9');
    const batch = closedBatch();
    assert.equal(batch.messages, 1);
    const parts = parseBatchId(batch.id);
    assert.equal(parts.observations, 2);
    assert.deepEqual(readdirSync(batch.path).sort(), [...batchFiles(parts)].sort());
    const content = Buffer.concat(batchFiles(parts).map((name) => readFileSync(join(batch.path, name))));
    assert.deepEqual([parts.bytes, parts.crc32], [content.length, crc32(content)]);
  });

  test('go in once, however often their batch comes', async () => {
    append('thrice');
    const batch = closedBatch();
    for (let i = 0; i < 3; i++) await spooled.store.inserter.insert(batch);
    assert.deepEqual(await observationsOf('thrice'), [{ node: 'other', senderIp: '192.0.2.9', timestampUs: BASE_US }]);
  });

  test('go in with a group of which not all batches have some', async () => {
    append('with');
    const first = closedBatch();
    appendTo(spooled.append, plainMessage(callId('without')));
    const group = { id: 'a_group', batches: [first, closedBatch()] };
    for (let i = 0; i < 2; i++) await spooled.store.inserter.insertGroup!(group);
    assert.equal((await observationsOf('with')).length, 1);
    assert.deepEqual(await observationsOf('without'), []);
  });

  test('go in also row by row, with messages and alone', async () => {
    const options = { onRejected: () => assert.fail('nothing is refused'), isWorldWell: true };
    append('by rows');
    await spooled.store.inserter.insertRows!(closedBatch(), options);
    const message = plainMessage(callId('alone'));
    appendTo(spooled.append, message);
    await spooled.store.inserter.insert(closedBatch());
    appendCopyTo(spooled.appendCopy, message, message.timestampUs, '2001:db8::1');
    const batch = closedBatch();
    assert.equal(batch.messages, 0);
    assert.deepEqual(await spooled.store.inserter.insertRows!(batch, options), { stored: 0, rejected: 0 });
    assert.equal((await observationsOf('by rows')).length, 1);
    assert.deepEqual(
      (await observationsOf('alone')).map(({ senderIp }) => senderIp),
      ['2001:db8::1'],
    );
  });

  test('belong to the message with their time, addresses and length alone', async () => {
    const message = plainMessage({ ...callId('near'), timestampUs: BASE_US });
    appendTo(spooled.append, message);
    for (const other of [
      { ...message, timestampUs: BASE_US + 1 },
      { ...message, sourcePort: message.sourcePort + 1 },
      { ...message, payload: Buffer.concat([message.payload, Buffer.from('.')]) },
    ]) {
      appendTo(spooled.append, other);
      appendCopyTo(spooled.appendCopy, other, other.timestampUs, '192.0.2.9');
    }
    await spooled.settle();
    const { items } = await spooled.reader.messagesOfCalls(['near']);
    const found = await spooled.reader.observations(items);
    assert.equal(items.length, 4);
    assert.equal(found.size, 3);
    const [alone] = items.filter(({ id }) => !found.has(id));
    assert.deepEqual([alone!.timestampUs, alone!.sourcePort], [BASE_US, message.sourcePort]);
  });

  test('go with their messages when these are dropped', async () => {
    append('old', BASE_US - 40 * DAY_US);
    await spooled.settle();
    assert.equal((await observationsOf('old')).length, 1);
    const report = await spooled.store.enforceRetention({ maxAgeDays: 30 });
    assert.ok(report.droppedSlots >= 1);
    const left = plainMessage({ ...callId('old'), timestampUs: BASE_US - 40 * DAY_US });
    appendTo(spooled.append, left);
    await spooled.settle();
    assert.deepEqual(await observationsOf('old'), []);
  });
});
