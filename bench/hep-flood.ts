// Sends HEP 3 over UDP at a given rate, from a process of its own, with sendmmsg: `hep-flood.ts --port P --count N --rate R --seed S`.
// With a rate of 0, as fast as it goes. Prints one JSON line when done. Only to 127.0.0.1.
import process from 'node:process';
import { parseArgs } from 'node:util';
import koffi from 'koffi';
import { callValues, emptyValues, fillPlaces, TEMPLATES } from './sip-templates.ts';

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
const BATCH = 56; // a multiple of the seven templates, so that each slot of a batch always holds the same one
const SLOT = 2048;

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int, int, int)');
const connect = libc.func('int connect(int, const uint8_t*, int)');
const sendmmsg = libc.func('int sendmmsg(int, void*, unsigned int, int)');
const usleep = libc.func('int usleep(unsigned int)');

function memory(size: number): { bytes: Buffer; pointer: unknown; address: bigint } {
  const pointer = koffi.alloc('uint8_t', size);
  const bytes = Buffer.from(koffi.view(pointer, size));
  bytes.fill(0);
  return { bytes, pointer, address: koffi.address(pointer) };
}

const fds: number[] = [];
for (let i = 0; i < Number(options.sockets); i++) {
  const fd = socket(2, 2, 0);
  const address = Buffer.alloc(16);
  address.writeUInt16LE(2, 0);
  address.writeUInt16BE(Number(options.port), 2);
  address.set([127, 0, 0, 1], 4);
  if (fd < 0 || connect(fd, address, 16) !== 0) throw new Error('socket or connect failed');
  fds.push(fd);
}

const chunk = (type: number, body: Uint8Array | number[]): Buffer => {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(type, 2);
  header.writeUInt16BE(6 + body.length, 4);
  return Buffer.concat([header, Buffer.from(body)]);
};

const data = memory(BATCH * SLOT);
const iov = memory(BATCH * 16);
const vec = memory(BATCH * 64);
const payloadAt: number[] = [];
const timeAt: number[] = [];
for (let i = 0; i < BATCH; i++) {
  const template = TEMPLATES[i % TEMPLATES.length]!;
  const [source, destination] = template.fromCaller
    ? [
        [10, 20, 30, 40],
        [10, 40, 50, 60],
      ]
    : [
        [10, 40, 50, 60],
        [10, 20, 30, 40],
      ];
  const head = Buffer.concat([
    chunk(1, [2]),
    chunk(2, [17]),
    chunk(3, source!),
    chunk(4, destination!),
    chunk(7, [0x13, 0xc4]),
    chunk(8, [0x13, 0xc4]),
    chunk(9, [0, 0, 0, 0]),
    chunk(10, [0, 0, 0, 0]),
    chunk(11, [1]),
    chunk(12, [0, 0, 7, 0xd1]),
  ]);
  const payload = chunk(15, template.bytes);
  const length = 6 + head.length + payload.length;
  const at = i * SLOT;
  data.bytes.write('HEP3', at, 'latin1');
  data.bytes.writeUInt16BE(length, at + 4);
  data.bytes.set(head, at + 6);
  data.bytes.set(payload, at + 6 + head.length);
  timeAt.push(at + 6 + head.indexOf(Buffer.from([0, 0, 0, 9, 0, 10])) + 6);
  payloadAt.push(at + 6 + head.length + 6);
  iov.bytes.writeBigUInt64LE(data.address + BigInt(at), i * 16);
  iov.bytes.writeBigUInt64LE(BigInt(length), i * 16 + 8);
  vec.bytes.writeBigUInt64LE(iov.address + BigInt(i * 16), i * 64 + 16);
  vec.bytes.writeBigUInt64LE(1n, i * 64 + 24);
}

const values = emptyValues();
const started = performance.now();
let sent = 0;
let turn = 0;
while (sent < count) {
  const now = Date.now();
  const size = Math.min(BATCH, count - sent);
  for (let i = 0; i < size; i++) {
    callValues(seed, Math.floor((sent + i) / messagesPerCall), values);
    fillPlaces(data.bytes, payloadAt[i]!, TEMPLATES[i % TEMPLATES.length]!, values);
    data.bytes.writeUInt32BE(Math.floor(now / 1000), timeAt[i]!);
    data.bytes.writeUInt32BE((now % 1000) * 1000 + ((sent + i) % 1000), timeAt[i]! + 10);
  }
  let done = 0;
  while (done < size) {
    const result = sendmmsg(
      fds[turn % fds.length]!,
      done === 0 ? vec.pointer : koffi.as(vec.address + BigInt(done * 64), 'void*'),
      size - done,
      0,
    );
    if (result > 0) done += result;
    else usleep(50);
  }
  sent += size;
  turn++;
  if (rate > 0) {
    const ahead = (sent / rate) * 1000 - (performance.now() - started);
    if (ahead > 0.3) usleep(Math.floor(ahead * 1000));
  }
}
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.resourceUsage() as unknown as { user: number; system: number };
const usage = process.cpuUsage();
console.log(
  JSON.stringify({
    sent,
    seconds,
    rate: sent / seconds,
    cpuUsPerMessage: (usage.user + usage.system) / sent,
    user,
    system,
  }),
);
