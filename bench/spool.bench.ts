/**
 * npm run bench -- spool [--messages-per-call 1] [--batch 28000] [--rounds 20]
 *
 * From a received message to a batch in the spool: scanning, encoding columns, folding call fragments, writing the files. Best and median round of
 * CPU-µs a message for each step, one on top of the other.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { emptyFields, emptyPacket, type MessageFields, PayloadType } from '@calliope/model';
import { scanSip } from '@calliope/sip';
import { createBatchWriter } from '@calliope/store';
import { createCallFragments } from '../packages/store/src/clickhouse/call-fragments.ts';
import { createNodeBytes } from '../packages/store/src/clickhouse/node-bytes.ts';
import { createRowEncoder } from '../packages/store/src/clickhouse/row-encoder.ts';
import { messageOf, TEMPLATES } from './sip-templates.ts';

const { values } = parseArgs({
  options: {
    'messages-per-call': { type: 'string', default: '1' },
    batch: { type: 'string', default: '28000' },
    rounds: { type: 'string', default: '20' },
  },
});
const batch = Number(values.batch);
const rounds = Number(values.rounds);
const perCall = Number(values['messages-per-call']);

/** All messages one after the other, as they lie in a receive buffer. */
const starts = new Int32Array(batch + 1);
const payloads = Buffer.alloc(batch * 1024);
for (let index = 0; index < batch; index++) {
  const { payload: bytes } = messageOf(1, index, perCall);
  payloads.set(bytes, starts[index]!);
  starts[index + 1] = starts[index]! + bytes.length;
}

const directory = mkdtempSync(join(tmpdir(), 'calliope-spool-bench-'));
const head = new Uint8Array([10, 20, 30, 40, 10, 50, 60, 70]);
const packet = emptyPacket();
const fields = emptyFields();
packet.ipVersion = 4;
packet.protocol = 17;
packet.head = head;
packet.sourcePort = packet.destinationPort = 5060;
packet.payloadType = PayloadType.SIP;
packet.payload = payloads;
packet.captureId = 2001;

function eachMessage(then: (fields: MessageFields) => void): void {
  for (let index = 0; index < batch; index++) {
    packet.timestampUs = 1_790_000_000_000_000 + index * 9;
    packet.sourceAt = TEMPLATES[index % TEMPLATES.length]!.fromCaller ? 0 : 4;
    packet.destinationAt = 4 - packet.sourceAt;
    packet.payloadStart = starts[index]!;
    packet.payloadEnd = starts[index + 1]!;
    scanSip(payloads, packet.payloadStart, packet.payloadEnd, fields);
    then(fields);
  }
}

const encoder = createRowEncoder();
const fragments = createCallFragments();
const node = createNodeBytes();
const writer = createBatchWriter({
  directory,
  nodeName: 'bench',
  worker: 0,
  onBatch: ({ path }) => rmSync(path, { recursive: true }),
});
const steps: [name: string, run: () => void][] = [
  ['scan', () => eachMessage(() => {})],
  [
    'scan, encode',
    () => {
      encoder.clear();
      eachMessage((found) => encoder.encode(packet, found, 1, 2, 'bench'));
    },
  ],
  [
    'scan, fold',
    () => {
      fragments.clear();
      eachMessage((found) => {
        node.find(packet, 'bench');
        fragments.fold(packet, found, node);
      });
    },
  ],
  [
    'scan, fold, block',
    () => {
      fragments.clear();
      eachMessage((found) => {
        node.find(packet, 'bench');
        fragments.fold(packet, found, node);
      });
      fragments.block();
    },
  ],
  [
    'all, written',
    () => {
      eachMessage((found) => writer.append(packet, found, ''));
      writer.flush();
    },
  ],
];
try {
  for (const [name, run] of steps) {
    const costs: { user: number; system: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      costs.push({ user: user / batch, system: system / batch });
    }
    costs.sort((a, b) => a.user + a.system - b.user - b.system);
    const shown = ({ user, system }: { user: number; system: number }): string =>
      `${user.toFixed(2)} + ${system.toFixed(2)}`;
    console.log(`${name.padEnd(20)} best ${shown(costs[0]!)}, median ${shown(costs[rounds >> 1]!)} CPU-µs a message`);
  }
  if (readdirSync(directory).length > 0) throw new Error('something is left in the spool');
} finally {
  rmSync(directory, { recursive: true, force: true });
}
