/**
 * node scripts/node26.mjs bench/hep-flood.ts --port 9060 [--count 1000000] [--rate 0] [--seed 1] [--messages-per-call 1] [--sockets 4]
 *
 * Sends HEP 3 over UDP to 127.0.0.1 at a rate (0: as fast as it goes), many datagrams a system call. Each is one of the messages of
 * `sip-templates.ts`. Writes how many it has sent as a line of JSON some times a second, and a {@link FloodResult} as the last line.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import koffi from 'koffi';
import { callValues, emptyValues, fillPlaces, TEMPLATES, type Template } from './sip-templates.ts';

export interface FloodResult {
  sent: number;
  seconds: number;
  /** Messages a second. */
  rate: number;
  cpuUsPerMessage: number;
}

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '9060' },
    count: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'messages-per-call': { type: 'string', default: '1' },
    sockets: { type: 'string', default: '4' },
  },
});
const count = Number(options.count);
const rate = Number(options.rate);
const seed = Number(options.seed);
const messagesPerCall = Number(options['messages-per-call']);

/** A multiple of the seven templates, so that each slot of a batch always holds the same one. */
const BATCH = 8 * TEMPLATES.length;
const SLOT_BYTES = 2048;
const HEADER_BYTES = 6;
/** struct iovec, and struct mmsghdr, of 64-bit glibc. */
const VECTOR_BYTES = 16;
const MESSAGE_BYTES = 64;
const PROGRESS_EVERY_MS = 200;
const CALLER = [10, 20, 30, 40];
const CALLEE = [10, 40, 50, 60];

const library = koffi.load('libc.so.6');
const socket = library.func('int socket(int, int, int)');
const connect = library.func('int connect(int, const uint8_t *, int)');
const sendmmsg = library.func('int sendmmsg(int, void *, unsigned int, int)');
const usleep = library.func('int usleep(unsigned int)');

/** Memory whose address stays. */
function allocate(bytes: number): { bytes: Buffer; address: bigint } {
  const pointer = koffi.alloc('uint8_t', bytes);
  return { bytes: Buffer.from(koffi.view(pointer, bytes)).fill(0), address: koffi.address(pointer) };
}

function openSocket(port: number): number {
  const fd = socket(2, 2, 0) as number; // AF_INET, SOCK_DGRAM
  const address = Buffer.alloc(16);
  address.writeUInt16LE(2, 0);
  address.writeUInt16BE(port, 2);
  address.set([127, 0, 0, 1], 4);
  if (fd < 0 || connect(fd, address, address.length) !== 0) throw new Error('no socket, or it does not connect');
  return fd;
}

function chunk(type: number, body: Uint8Array | readonly number[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type, 2);
  header.writeUInt16BE(HEADER_BYTES + body.length, 4);
  return Buffer.concat([header, Buffer.from(body)]);
}

/** A frame of HEP 3 for one template, and where in it the time and the payload are. */
function frameOf(template: Template): { frame: Buffer; secondsAt: number; microsecondsAt: number; payloadAt: number } {
  const [source, destination] = template.fromCaller ? [CALLER, CALLEE] : [CALLEE, CALLER];
  const ends = [chunk(1, [2]), chunk(2, [17]), chunk(3, source), chunk(4, destination)];
  const ports = [chunk(7, [0x13, 0xc4]), chunk(8, [0x13, 0xc4])];
  const time = [chunk(9, [0, 0, 0, 0]), chunk(10, [0, 0, 0, 0])];
  const rest = [chunk(11, [1]), chunk(12, [0, 0, 7, 0xd1]), chunk(15, template.bytes)];
  const frame = Buffer.concat([Buffer.from('HEP3\0\0'), ...ends, ...ports, ...time, ...rest]);
  frame.writeUInt16BE(frame.length, 4);
  const timeAt = HEADER_BYTES + [...ends, ...ports].reduce((sum, { length }) => sum + length, 0);
  const payloadAt = frame.length - template.bytes.length;
  return { frame, secondsAt: timeAt + HEADER_BYTES, microsecondsAt: timeAt + 2 * HEADER_BYTES + 4, payloadAt };
}

const data = allocate(BATCH * SLOT_BYTES);
const vectors = allocate(BATCH * VECTOR_BYTES);
const messages = allocate(BATCH * MESSAGE_BYTES);
const slots = Array.from({ length: BATCH }, (_, i) => {
  const template = TEMPLATES[i % TEMPLATES.length]!;
  const { frame, secondsAt, microsecondsAt, payloadAt } = frameOf(template);
  const at = i * SLOT_BYTES;
  data.bytes.set(frame, at);
  vectors.bytes.writeBigUInt64LE(data.address + BigInt(at), i * VECTOR_BYTES);
  vectors.bytes.writeBigUInt64LE(BigInt(frame.length), i * VECTOR_BYTES + 8);
  messages.bytes.writeBigUInt64LE(vectors.address + BigInt(i * VECTOR_BYTES), i * MESSAGE_BYTES + 16); // msg_iov
  messages.bytes.writeBigUInt64LE(1n, i * MESSAGE_BYTES + 24); // msg_iovlen
  return { template, secondsAt: at + secondsAt, microsecondsAt: at + microsecondsAt, payloadAt: at + payloadAt };
});
/** By slot, so that the rest of a batch can be sent when a call took only a part. */
const pointers = slots.map((_, i) => koffi.as(messages.address + BigInt(i * MESSAGE_BYTES), 'void *'));
const sockets = Array.from({ length: Number(options.sockets) }, () => openSocket(Number(options.port)));

/** How long the rate leaves until the next message is due. */
function aheadOf(messages: number): number {
  return rate > 0 ? (messages / rate) * 1000 - (performance.now() - startedMs) : 0;
}

const values = emptyValues();
const startedMs = performance.now();
let progressMs = startedMs;
let sent = 0;
for (let turn = 0; sent < count; turn++) {
  const now = Date.now();
  const size = Math.min(BATCH, count - sent);
  for (let i = 0; i < size; i++) {
    const { template, secondsAt, microsecondsAt, payloadAt } = slots[i]!;
    callValues(seed, Math.floor((sent + i) / messagesPerCall), values);
    fillPlaces(data.bytes, payloadAt, template, values);
    data.bytes.writeUInt32BE(Math.floor(now / 1000), secondsAt);
    data.bytes.writeUInt32BE((now % 1000) * 1000 + ((sent + i) % 1000), microsecondsAt);
  }
  const fd = sockets[turn % sockets.length]!;
  for (let done = 0; done < size; ) {
    const result = sendmmsg(fd, pointers[done]!, size - done, 0) as number;
    if (result > 0) done += result;
    else usleep(50);
  }
  sent += size;
  const nowMs = performance.now();
  if (nowMs - progressMs >= PROGRESS_EVERY_MS) {
    progressMs = nowMs;
    process.stdout.write(`${JSON.stringify({ sent })}\n`);
  }
  // Again and again, as a signal (a profiler's above all) ends a sleep early.
  for (let aheadMs = aheadOf(sent); aheadMs > 0.3; aheadMs = aheadOf(sent)) usleep(Math.floor(aheadMs * 1000));
}
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage();
const result: FloodResult = { sent, seconds, rate: sent / seconds, cpuUsPerMessage: (user + system) / sent };
process.stdout.write(`${JSON.stringify(result)}\n`);
