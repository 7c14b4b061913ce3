import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type CapturedPacket, emptyPacket } from '@calliope/model';
import {
  createDuplicateMemory,
  type DuplicateRules,
  type DuplicateTable,
  openDuplicateMemory,
  openDuplicateTable,
} from '../src/index.ts';
import type { CopiesTask, CopiesTold } from './duplicate-test-worker.ts';

const NOW_US = 1_700_000_000_000_000;
const MS = 1000;
const A = { observer: 1, offsetUs: 0 };
const B = { observer: 2, offsetUs: 0 };

function tableWith(rules: Partial<DuplicateRules> = {}, buckets = 64): DuplicateTable {
  const memory = openDuplicateMemory(createDuplicateMemory(buckets));
  return openDuplicateTable(memory, { windowUs: 50 * MS, sameObserver: false, ...rules });
}

function packetAt(ms: number, text = 'one'): CapturedPacket {
  const payload = Buffer.from(text);
  return {
    ...emptyPacket(),
    head: Buffer.alloc(8),
    destinationAt: 4,
    payload,
    payloadEnd: payload.length,
    timestampUs: NOW_US + ms * MS,
  };
}

test('what another observer saw at the same time is a copy, and the kept one’s time is known', () => {
  const table = tableWith();
  assert.equal(table.isCopy(packetAt(0), A), false);
  assert.equal(table.isCopy(packetAt(3), B), true);
  assert.equal(table.keptUs, NOW_US);
  assert.equal(table.isNewObserver, true);
  assert.equal(table.isCopy(packetAt(3, 'two'), B), false);
});

test('whichever comes first is kept, also when the second was seen before it', () => {
  const table = tableWith();
  assert.equal(table.isCopy(packetAt(10), B), false);
  assert.equal(table.isCopy(packetAt(0), A), true);
  assert.equal(table.keptUs, NOW_US + 10 * MS);
});

test('what one observer saw twice is sent twice: each retransmission is kept once, with both observers', () => {
  for (const interval of [10, 100, 500]) {
    const table = tableWith();
    for (let i = 0; i < 7; i++) {
      assert.equal(table.isCopy(packetAt(i * interval), A), false);
      assert.equal(table.isCopy(packetAt(i * interval + 1), B), true);
      assert.equal(table.keptUs, NOW_US + i * interval * MS);
    }
  }
});

test('a retransmission that only another observer saw is kept', () => {
  const table = tableWith();
  assert.equal(table.isCopy(packetAt(0), A), false);
  assert.equal(table.isCopy(packetAt(100), B), false);
  assert.equal(table.isCopy(packetAt(100), A), true);
});

test('copies are recognised up to the window, and not beyond', () => {
  const table = tableWith({ windowUs: 20 * MS });
  table.isCopy(packetAt(0), A);
  assert.equal(table.isCopy(packetAt(-21), B), false);
  assert.equal(table.isCopy(packetAt(20), { observer: 3, offsetUs: 0 }), true);
});

test('a clock that goes wrong by hours does not matter once it is known by how much', () => {
  const table = tableWith();
  const wrong = { observer: 9, offsetUs: -7_200_000_000 };
  assert.equal(table.isCopy(packetAt(0), A), false);
  assert.equal(table.isCopy(packetAt(7_200_004), wrong), true);
  assert.equal(table.keptUs, NOW_US);
});

test('a copy that waited long on its way is recognised by its time', () => {
  const table = tableWith();
  table.isCopy(packetAt(0), { observer: 1, offsetUs: 200 });
  assert.equal(table.isCopy(packetAt(1), { observer: 2, offsetUs: 3_000_000 }), true);
});

test('on request, what one observer sends twice within the window is a copy, and no new observer', () => {
  const table = tableWith({ sameObserver: true });
  table.isCopy(packetAt(0), A);
  assert.equal(table.isCopy(packetAt(0), A), true);
  assert.equal(table.isNewObserver, false);
  assert.equal(table.isCopy(packetAt(1), B), true);
  assert.equal(table.isNewObserver, true);
  assert.equal(table.isCopy(packetAt(500), A), false);
  table.setRules({ windowUs: 50 * MS, sameObserver: false });
  assert.equal(table.isCopy(packetAt(500), A), false);
});

test('a packet may be seen by any number of observers', () => {
  const table = tableWith();
  table.isCopy(packetAt(0), A);
  for (let observer = 2; observer < 40; observer++) {
    assert.equal(table.isCopy(packetAt(1), { observer: observer * 1600, offsetUs: 0 }), true);
  }
  assert.equal(table.isCopy(packetAt(500), A), false);
});

test('when there is no room the oldest is forgotten, and nothing else is taken for it', () => {
  const table = tableWith({}, 1);
  for (let i = 0; i < 1000; i++) assert.equal(table.isCopy(packetAt(0, `message ${i}`), A), false);
  assert.equal(table.isCopy(packetAt(0, 'message 0'), B), false);
  assert.equal(table.isCopy(packetAt(0, 'message 999'), B), true);
});

test('times from 1970 to far ahead are kept exactly', () => {
  const table = tableWith();
  for (const timestampUs of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, NOW_US, 2 ** 52 + 12_345]) {
    table.isCopy({ ...packetAt(0, `at ${timestampUs}`), timestampUs }, A);
    assert.equal(table.isCopy({ ...packetAt(0, `at ${timestampUs}`), timestampUs }, B), true);
    assert.equal(table.keptUs, timestampUs);
  }
});

test('a lock that its thread died with is taken over', () => {
  const shared = createDuplicateMemory(1);
  const memory = openDuplicateMemory(shared);
  const table = openDuplicateTable(memory, { windowUs: 50 * MS, sameObserver: false });
  memory.lock(0);
  assert.equal(table.isCopy(packetAt(0), A), false);
  assert.equal(table.isCopy(packetAt(0), B), true);
});

test('observers have the same number in every thread, and no two the same', () => {
  const shared = createDuplicateMemory(1);
  const [one, other] = [openDuplicateMemory(shared), openDuplicateMemory(shared)];
  const numbers = new Set<number>();
  for (let i = 0; i < 5000; i++) {
    const identity = Buffer.from(`agent ${i}`);
    const number = one.observerOf(identity);
    assert.ok(number >= 1 && number <= 65_535);
    assert.equal(other.observerOf(identity), number);
    numbers.add(number);
  }
  assert.equal(numbers.size, 5000);
});

test('observers beyond what can be numbered get none', () => {
  const memory = openDuplicateMemory(createDuplicateMemory(1));
  let without = 0;
  for (let i = 0; i < 65_540; i++) if (memory.observerOf(Buffer.from(String(i))) === 0) without++;
  assert.equal(without, 65_540 - 65_535);
});

test('threads that see the same packets at the same time keep each exactly once', async () => {
  const shared = createDuplicateMemory();
  // The seeds, so that the packets meet in the table as they did when this was tried.
  new Int32Array(shared).fill(4711, -2);
  const packets = 20_000;
  const threads = 4;
  const start = new SharedArrayBuffer(4);
  const told = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const task: CopiesTask = { shared, packets, observer: thread + 1, start, threads };
      const worker = new Worker(new URL('./duplicate-test-worker.ts', import.meta.url), { workerData: task });
      return new Promise<CopiesTold>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
  // Each thread brings every packet twice: as it was sent and as it was sent again.
  const kept = told.reduce((sum, one) => sum + one.kept, 0);
  const noted = told.reduce((sum, one) => sum + one.noted, 0);
  assert.equal(kept, 2 * packets);
  assert.equal(noted, 2 * packets * (threads - 1));
});
