// What it costs to look for copies of a packet: the fingerprint of a SIP message of 575 bytes, and the look into the shared table with it, as
// each received message pays it. Prints messages/s, CPU-µs and bytes allocated a message; of the time also the best of many rounds,
// which other work on the machine disturbs least.
import process from 'node:process';
import {
  createDuplicateMemory,
  createFingerprintMaker,
  openDuplicateMemory,
  openDuplicateTable,
} from '@calliope/collector';
import { type CapturedPacket, emptyPacket } from '@calliope/model';

/** As many as one call to the kernel brings: what was received a moment ago is in the cache. */
const PACKETS = 256;
const ROUNDS = 4000;
const PAYLOAD_BYTES = 575;
/** As in a receive buffer: datagrams apart, payloads behind headers of any length. */
const STRIDE = 704;

const bytes = new Uint8Array(PACKETS * STRIDE);
for (let i = 0; i < bytes.length; i++) bytes[i] = 32 + ((i * 2_654_435_761) >>> 25);
const view = new DataView(bytes.buffer);
const packet: CapturedPacket = {
  ...emptyPacket(),
  head: bytes,
  payload: bytes,
  sourcePort: 5060,
  destinationPort: 5060,
};

function placePacket(index: number): void {
  packet.sourceAt = index * STRIDE;
  packet.destinationAt = index * STRIDE + 4;
  packet.payloadStart = index * STRIDE + 90 + (index % 7);
  packet.payloadEnd = packet.payloadStart + PAYLOAD_BYTES;
}

const table = openDuplicateTable(openDuplicateMemory(createDuplicateMemory()), {
  windowUs: 50_000,
  sameObserver: false,
});
const fingerprint = createFingerprintMaker(1, 2);
const observers = [
  { observer: 7, offsetUs: 300 },
  { observer: 8, offsetUs: -2000 },
] as const;

/** CPU-µs a message, mean and best round, and bytes allocated. */
function measure(name: string, take: (index: number, round: number) => void, between: (round: number) => void): void {
  let best = Number.POSITIVE_INFINITY;
  let total = 0;
  let allocated = 0;
  const warmUp = ROUNDS / 10;
  for (let round = -warmUp; round < ROUNDS; round++) {
    between(round);
    const heap = process.memoryUsage().heapUsed;
    const before = process.cpuUsage();
    for (let i = 0; i < PACKETS; i++) take(i, round);
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue;
    const us = (user + system) / PACKETS;
    total += us;
    best = Math.min(best, us);
    allocated += Math.max(0, process.memoryUsage().heapUsed - heap);
  }
  const mean = total / ROUNDS;
  const perSecond = Math.round(1e6 / mean).toLocaleString('en');
  const allocatedEach = (allocated / ROUNDS / PACKETS).toFixed(1);
  console.log(
    `${name.padEnd(34)} ${mean.toFixed(3)} CPU-µs (best round ${best.toFixed(3)}) ${perSecond.padStart(12)}/s ${allocatedEach.padStart(6)} bytes allocated`,
  );
}

/** Every round has other payloads. */
function renew(round: number): void {
  for (let i = 0; i < PACKETS; i++) view.setInt32(i * STRIDE + 100, round * PACKETS + i);
}

/** As packets come: some later than the ones before. */
function place(index: number, round: number): void {
  placePacket(index);
  packet.timestampUs = START_US + round * 2500 + index * 9;
}

const START_US = Date.now() * 1000;
measure(
  'fingerprint',
  (index) => {
    placePacket(index);
    fingerprint.take(packet);
  },
  renew,
);
measure(
  'all, every packet new',
  (index, round) => {
    place(index, round);
    table.isCopy(packet, observers[0]);
  },
  renew,
);
measure(
  'all, every second packet a copy',
  (index, round) => {
    place(index >> 1, round);
    packet.timestampUs += 1e9;
    table.isCopy(packet, observers[index & 1]!);
  },
  renew,
);
