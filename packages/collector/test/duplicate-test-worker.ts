// A thread that looks for copies in memory that it shares with others: see duplicate-table.test.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { emptyPacket } from '@calliope/model';
import { openDuplicateMemory, openDuplicateTable } from '../src/index.ts';

export interface CopiesTask {
  shared: SharedArrayBuffer;
  /** How many different packets. */
  packets: number;
  observer: number;
  /** Counts the threads that arrive where they meet. */
  start: SharedArrayBuffer;
  threads: number;
}

export interface CopiesTold {
  kept: number;
  noted: number;
}

const { shared, packets, observer, start, threads } = workerData as CopiesTask;
const table = openDuplicateTable(openDuplicateMemory(shared), { windowUs: 50_000, sameObserver: false });
const payload = new Uint8Array(40);
const view = new DataView(payload.buffer);
const packet = { ...emptyPacket(), head: payload, payload, payloadEnd: payload.length };
const from = { observer, offsetUs: 0 };
let kept = 0;
let noted = 0;

const arrived = new Int32Array(start);

/** Goes on when all threads are here. */
function meet(round: number): void {
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
  for (let now = Atomics.load(arrived, 0); now < threads * round; now = Atomics.load(arrived, 0)) {
    Atomics.wait(arrived, 0, now, 100);
  }
}

// The threads stay together, as the table remembers packets for a while only.
const TOGETHER = 50;
let rounds = 0;
for (const againUs of [0, 500_000]) {
  for (let i = 0; i < packets; i++) {
    if (i % TOGETHER === 0) meet(++rounds);
    view.setInt32(12, i);
    packet.timestampUs = 1_700_000_000_000_000 + i + againUs;
    if (!table.isCopy(packet, from)) kept++;
    else if (table.isNewObserver) noted++;
  }
}
parentPort!.postMessage({ kept, noted } satisfies CopiesTold);
