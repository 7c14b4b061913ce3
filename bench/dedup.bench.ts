// What it costs each message that copies are looked for: the fingerprint of 575 bytes of SIP, the look into the shared table with it, and both within
// the pipeline, beside the pipeline without them. Prints messages/s, CPU-µs and bytes allocated a message; of the time also the best
// of many groups of rounds, which other work on the machine disturbs least.
import process from 'node:process';
import {
  createAgentTable,
  createDuplicateFilter,
  createDuplicateMemory,
  createFingerprintMaker,
  createPacketPipeline,
  DEFAULT_DUPLICATES,
  emptyCounters,
  openDuplicateMemory,
  openDuplicateTable,
} from '@calliope/collector';
import { type CapturedPacket, emptyPacket, type MessageSink, parseAddress } from '@calliope/model';

/** As many as one call to the kernel brings: what was received a moment ago is in the cache. */
const PACKETS = 256;
const ROUNDS = 3000;
const GROUP = 20;
const PAYLOAD_BYTES = 575;
/** As in a receive buffer: datagrams apart, payloads behind headers of any length. */
const STRIDE = 704;
const BEFORE = 90;
const START_US = Date.now() * 1000;

const SDP =
  'v=0\r\no=- 3907 3907 IN IP4 192.0.2.41\r\ns=-\r\nc=IN IP4 192.0.2.41\r\nt=0 0\r\nm=audio 20344 RTP/AVP 8 101\r\n';
const head = [
  'INVITE sip:+4989########@gw3.example.net;user=phone SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK########',
  'Max-Forwards: 69',
  'From: "Alice" <sip:+496912345678@sbc1.example.net>;tag=########',
  'To: <sip:+4989########@gw3.example.net>',
  'Call-ID: ########-3c21@192.0.2.40',
  'CSeq: 1 INVITE',
  'Contact: <sip:+496912345678@192.0.2.40:5060>',
  'User-Agent: ExampleSBC 8.4.0-p12',
  'Content-Type: application/sdp',
  `Content-Length: ${SDP.length}`,
].join('\r\n');
const TEXT = `${head}\r\nX-Padding: `.padEnd(PAYLOAD_BYTES - SDP.length - 4, 'x').concat('\r\n\r\n', SDP);
const bytes = Buffer.alloc(PACKETS * STRIDE);
for (let i = 0; i < PACKETS; i++) bytes.write(TEXT, i * STRIDE + startOf(i));

function startOf(index: number): number {
  return BEFORE + (index % 7);
}

/** Every round has other messages. */
function renew(round: number): void {
  for (let i = 0; i < PACKETS; i++) {
    const digits = String((round + ROUNDS) * PACKETS + i).padStart(8, '0');
    for (let at = TEXT.indexOf('########'); at >= 0; at = TEXT.indexOf('########', at + 8)) {
      bytes.write(digits, i * STRIDE + startOf(i) + at, 'latin1');
    }
  }
}

const packet: CapturedPacket = {
  ...emptyPacket(),
  head: bytes,
  payload: bytes,
  payloadType: 1,
  protocol: 17,
  sourcePort: 5060,
  destinationPort: 5060,
};

function place(index: number, round: number): void {
  packet.sourceAt = index * STRIDE;
  packet.destinationAt = index * STRIDE + 4;
  packet.payloadStart = index * STRIDE + startOf(index);
  packet.payloadEnd = packet.payloadStart + PAYLOAD_BYTES;
  packet.timestampUs = START_US + round * 2500 + index * 9;
}

/** CPU-µs a message, mean and of the best group of rounds, and bytes allocated. */
function measure(name: string, take: (index: number, round: number) => void): void {
  let best = Number.POSITIVE_INFINITY;
  let group = 0;
  let total = 0;
  let allocated = 0;
  for (let round = -ROUNDS / 10; round < ROUNDS; round++) {
    renew(round);
    const heap = process.memoryUsage().heapUsed;
    const before = process.cpuUsage();
    for (let i = 0; i < PACKETS; i++) take(i, round);
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue;
    const us = (user + system) / PACKETS;
    total += us;
    group += us;
    // The system's clock of the processor is not fine enough for one.
    if (round % GROUP === GROUP - 1) {
      best = Math.min(best, group / GROUP);
      group = 0;
    }
    allocated += Math.max(0, process.memoryUsage().heapUsed - heap);
  }
  const mean = total / ROUNDS;
  const rate = Math.round(1e6 / mean)
    .toLocaleString('en')
    .padStart(10);
  const each = (allocated / ROUNDS / PACKETS).toFixed(1).padStart(5);
  const cost = `${mean.toFixed(2)} CPU-µs (best ${best.toFixed(2)})`;
  console.log(`${name.padEnd(40)} ${rate} messages/s  ${cost}  ${each} B allocated/message`);
}

const fingerprint = createFingerprintMaker(1, 2);
measure('fingerprint', (index, round) => {
  place(index, round);
  fingerprint.take(packet);
});

const memory = openDuplicateMemory(createDuplicateMemory());
const table = openDuplicateTable(memory, { windowUs: 50_000, sameObserver: false });
const observers = [
  { observer: 7, offsetUs: 300 },
  { observer: 8, offsetUs: -2000 },
] as const;
measure('fingerprint and table, all new', (index, round) => {
  place(index, round);
  table.isCopy(packet, observers[0]);
});
measure('fingerprint and table, every 2nd a copy', (index, round) => {
  place(index >> 1, round);
  packet.timestampUs += 1e9;
  table.isCopy(packet, observers[index & 1]!);
});

function pipelineWith(withDuplicates: boolean) {
  const sink: MessageSink = { append() {}, appendCopy() {}, pending: 0, flush() {} };
  const duplicates = createDuplicateFilter(createDuplicateMemory(), DEFAULT_DUPLICATES);
  const agents = createAgentTable('here', { observerOf: duplicates.observerOf });
  const numbers = [1, 2].map((last) => {
    agents.note(packet, true, START_US, parseAddress(`192.0.2.${last}`)!.bytes, 0);
    return packet.agent;
  });
  const counters = emptyCounters();
  const options = { sink, nodeName: 'here', counters, agents, ...(withDuplicates ? { duplicates } : {}) };
  return { take: createPacketPipeline(options).take, numbers };
}

for (const withDuplicates of [false, true]) {
  const { take, numbers } = pipelineWith(withDuplicates);
  measure(`pipeline ${withDuplicates ? 'with' : 'without'} it, all new`, (index, round) => {
    place(index, round);
    packet.agent = numbers[0]!;
    take(packet, 0);
  });
}
const { take, numbers } = pipelineWith(true);
measure('pipeline with it, every 2nd a copy', (index, round) => {
  place(index >> 1, round);
  packet.agent = numbers[index & 1]!;
  take(packet, 0);
});
