// What decoding HEP costs, one frame at a time out of a buffer that holds many. Prints frames/s, CPU-µs and bytes allocated a frame.
import process from 'node:process';
import {
  createHepStream,
  decodeHep,
  encodeHep2,
  encodeHep3,
  type HepFields,
  hepFieldsOf,
  isHepPacket,
} from '@calliope/hep';
import { emptyPacket } from '@calliope/model';

const FRAMES = 1024;
const ROUNDS = 1500;
const NOW_US = Date.now() * 1000;

const sip = [
  'INVITE sip:+4930123456@example.net SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds',
  'Max-Forwards: 70',
  'From: <sip:+4989654321@example.net>;tag=1928301774',
  'To: <sip:+4930123456@example.net>',
  'Call-ID: a84b4c76e66710@192.0.2.1',
  'CSeq: 314159 INVITE',
  'Contact: <sip:+4989654321@192.0.2.1>',
  'Content-Type: application/sdp',
  'Content-Length: 142',
  '',
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49172 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000',
].join('\r\n');
const fields: HepFields = {
  timestampUs: NOW_US,
  sourceIp: '192.0.2.1',
  destinationIp: '192.0.2.2',
  sourcePort: 5060,
  destinationPort: 5060,
  payload: new TextEncoder().encode(sip),
  captureId: 2001,
  nodeName: 'edge-1',
  correlationId: 'a84b4c76e66710@192.0.2.1',
};

function repeated(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(frame.length * FRAMES);
  for (let i = 0; i < FRAMES; i++) bytes.set(frame, i * frame.length);
  return bytes;
}

function measure(name: string, frameBytes: number, round: () => void): void {
  for (let i = 0; i < 200; i++) round();
  globalThis.gc?.();
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) round();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const after = process.memoryUsage();
  const frames = ROUNDS * FRAMES;
  // Without a collection in between the growth of the heap is what was allocated; with one it is a lower bound.
  const allocated = Math.max(0, after.heapUsed - memory.heapUsed + after.external - memory.external) / frames;
  console.log(
    `${name.padEnd(22)} ${Math.round(frames / seconds)
      .toLocaleString('en')
      .padStart(12)} frames/s  ` +
      `${((used.user + used.system) / frames).toFixed(3)} CPU-µs/frame  ${allocated.toFixed(2)} B allocated/frame  (${frameBytes} B frames)`,
  );
}

const packet = emptyPacket();
let decoded = 0;
function decodeAll(frame: Uint8Array): () => void {
  const bytes = repeated(frame);
  return () => {
    for (let at = 0; at < bytes.length; at += frame.length) {
      if (isHepPacket(decodeHep(bytes, at, at + frame.length, packet, NOW_US))) decoded++;
    }
  };
}

const hep3 = encodeHep3(fields)!;
measure('decode HEP 3', hep3.length, decodeAll(hep3));
const hep2 = encodeHep2(fields);
measure('decode HEP 2', hep2.length, decodeAll(hep2));

const streamed = repeated(hep3);
const stream = createHepStream({
  onFrame: (bytes, start, end) => {
    if (isHepPacket(decodeHep(bytes, start, end, packet, NOW_US))) decoded++;
  },
});
measure('HEP 3 over TCP', hep3.length, () => {
  for (let at = 0; at < streamed.length; at += 65_536) stream.push(streamed.subarray(at, at + 65_536));
});
// What an agent does: the packet's own bytes, not text.
decodeHep(hep3, 0, hep3.length, packet, NOW_US);
measure('encode HEP 3', hep3.length, () => {
  for (let i = 0; i < FRAMES; i++) if (encodeHep3(hepFieldsOf(packet))) decoded++;
});
if (decoded < 4 * ROUNDS * FRAMES) throw new Error('not every frame was decoded');
