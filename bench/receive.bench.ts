// HEP over UDP on the loopback: one process floods (sendmmsg), this one receives, decodes and scans in its worker. The sink counts and
// keeps nothing, so the figures are those of the path before the database. Prints messages/s, loss by stage and CPU-µs a message.
import { fork } from 'node:child_process';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { createUdpWorkerReceiver, runReceiveWorker } from '@calliope/collector';
import { encodeHep3 } from '@calliope/hep';
import type { MessageSink } from '@calliope/model';
import koffi from 'koffi';

const SECONDS = 1;
/** Messages a second that the sender aims at; Infinity: as many as it can. */
const RATES = [50_000, 150_000, Number.POSITIVE_INFINITY];

if (!isMainThread) receive();
else if (process.argv[2] === 'flood') flood(Number(process.argv[3]), Number(process.argv[4]));
else await measure();

function receive(): void {
  runReceiveWorker({
    createSink(events) {
      let pending = 0;
      let batches = 0;
      const sink: MessageSink = {
        append() {
          pending++;
        },
        get pending() {
          return pending;
        },
        flush() {
          const messages = pending;
          pending = 0;
          if (messages > 0) events.onBatch({ id: `b${batches++}`, path: '', messages, bytes: 0 });
        },
      };
      return sink;
    },
  });
}

async function measure(): Promise<void> {
  const receiver = createUdpWorkerReceiver({
    nodeName: 'bench',
    address: '127.0.0.1',
    port: 0,
    workerUrl: new URL(import.meta.url),
    deliver: (_, onSettled) => onSettled('stored'),
  });
  await receiver.start();
  const port = receiver.address.split(':').at(-1)!;
  // What the compiler needs to see before it optimises.
  await floodOf(port, 50_000);
  await sleep(300);
  const idle = process.cpuUsage();
  await sleep(500);
  const idleUsed = process.cpuUsage(idle);
  console.log(`at rest: ${((idleUsed.user + idleUsed.system) / 5000).toFixed(2)} % of a CPU`);
  for (const rate of RATES) {
    await receiver.flush();
    const earlier = receiver.report();
    const before = process.cpuUsage();
    const sent = await floodOf(port, rate);
    await sleep(300);
    await receiver.flush();
    const used = process.cpuUsage(before);
    const report = receiver.report();
    const stored = report.stored - earlier.stored;
    const received = report.received - earlier.received;
    const lost = Object.entries(report.dropped).map(
      ([stage, count]) => `${stage} ${count - (earlier.dropped[stage] ?? 0)}`,
    );
    const perMessage = (microseconds: number) => (microseconds / Math.max(1, stored)).toFixed(2);
    console.log(
      `${rate === Number.POSITIVE_INFINITY ? 'as fast as it can' : `${rate.toLocaleString('en')}/s asked`}: ` +
        `sent ${Math.round(sent / SECONDS).toLocaleString('en')}/s, stored ${Math.round(stored / SECONDS).toLocaleString('en')}/s; ` +
        `lost: ${lost.join(', ')}, undecodable ${report.undecodable}, unseen ${sent - received}; ` +
        `${perMessage(used.user + used.system)} CPU-µs a message (${perMessage(used.user)} user)`,
    );
  }
  await receiver.stop();
}

function floodOf(port: string, rate: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), ['flood', port, String(rate)], { execArgv: process.execArgv });
  return new Promise((resolve) => child.once('message', (count) => resolve(Number(count))));
}

function flood(port: number, rate: number): void {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const connect = libc.func('int connect(int, const uint8_t *, int)');
  const sendmmsg = libc.func('int sendmmsg(int, void *, unsigned int, int)');
  const memory = (length: number) => {
    const pointer = koffi.alloc('uint8_t', length);
    const bytes = new Uint8Array(koffi.view(pointer, length)).fill(0);
    return { pointer, address: koffi.address(pointer), bytes, view: new DataView(bytes.buffer) };
  };
  const BATCH = 64;
  const frames = Array.from({ length: BATCH }, (_, i) => hepFrame(i));
  const data = memory(BATCH * 2048);
  const vectors = memory(BATCH * 16);
  const messages = memory(BATCH * 64);
  for (const [i, frame] of frames.entries()) {
    data.bytes.set(frame, i * 2048);
    vectors.view.setBigUint64(i * 16, data.address + BigInt(i * 2048), true);
    vectors.view.setBigUint64(i * 16 + 8, BigInt(frame.length), true);
    messages.view.setBigUint64(i * 64 + 16, vectors.address + BigInt(i * 16), true);
    messages.view.setBigUint64(i * 64 + 24, 1n, true);
  }
  const address = new Uint8Array(16);
  new DataView(address.buffer).setUint16(0, 2, true);
  new DataView(address.buffer).setUint16(2, port);
  address.set([127, 0, 0, 1], 4);
  const fd = socket(2, 2, 0);
  if (connect(fd, address, 16) !== 0) throw new Error('connect failed');
  let sent = 0;
  const start = performance.now();
  for (;;) {
    const elapsedMs = performance.now() - start;
    if (elapsedMs >= SECONDS * 1000) break;
    if (sent > (elapsedMs / 1000) * rate) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    else sent += Math.max(0, sendmmsg(fd, messages.pointer, BATCH, 0));
  }
  process.send?.(sent);
  process.disconnect?.();
}

function hepFrame(i: number): Uint8Array {
  const sip = [
    'INVITE sip:+4930123456@example.net SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds',
    'Max-Forwards: 70',
    `From: <sip:+49896543${i}@example.net>;tag=1928301774`,
    'To: <sip:+4930123456@example.net>',
    `Call-ID: a84b4c76e6671${i}@192.0.2.1`,
    'CSeq: 314159 INVITE',
    'Contact: <sip:+4989654321@192.0.2.1>',
    'Content-Type: application/sdp',
    'Content-Length: 129',
    '',
    'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49172 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000',
  ].join('\r\n');
  return encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: Buffer.from(sip),
    captureId: 2001,
    nodeName: 'edge-1',
  })!;
}
