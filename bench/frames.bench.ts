// What reading frames costs: a capture file in chunks, and frames to datagrams and streams. Prints frames/s and CPU-µs a frame.
import process from 'node:process';
import {
  buildIpPacket,
  type CaptureFrame,
  createCaptureFileReader,
  createFrameDissector,
  TcpFlag,
  writePcapHeader,
  writePcapRecord,
} from '@calliope/frames';

const FRAMES = 1024;
const ROUNDS = 400;
const START_US = 1_700_000_000_000_000;
const CHUNK_BYTES = 65_536;

const ends = {
  source: Uint8Array.of(192, 0, 2, 1),
  destination: Uint8Array.of(192, 0, 2, 2),
  sourcePort: 5060,
  destinationPort: 5060,
};
const payload = new TextEncoder().encode('INVITE sip:+4930123456@example.net SIP/2.0\r\n'.padEnd(575, 'x'));
const tagged = new Uint8Array(18);
tagged.set([0x81, 0, 0, 5, 8, 0], 12);

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function ethernet(packet: Uint8Array): CaptureFrame {
  const data = joined(tagged, packet);
  return { timestampUs: START_US, linkType: 1, data, originalLength: data.length, interfaceId: 0 };
}

function ipInIp(packet: Uint8Array): Uint8Array {
  const outer = buildIpPacket({ ...ends, ipVersion: 4, protocol: 17, payload: packet.subarray(8) })[0]!.slice(0, 20);
  outer[9] = 4;
  return joined(outer, packet);
}

const udp = buildIpPacket({ ...ends, ipVersion: 4, protocol: 17, payload })[0]!;
const fragments = buildIpPacket({
  ...ends,
  ipVersion: 4,
  protocol: 17,
  payload: new Uint8Array(2000),
  identification: 1,
});

const scenarios: [name: string, frameAt: (index: number) => CaptureFrame][] = [
  ['UDP over Ethernet with a VLAN tag', () => ethernet(udp)],
  ['UDP in IP in IP', () => ethernet(ipInIp(udp))],
  ['UDP in two fragments', (index) => ethernet(fragments[index % 2]!)],
  [
    'TCP in order, 16 connections',
    (index) => {
      const tcp = { sequence: 1 + (index >> 4) * payload.length, acknowledgement: 1, flags: TcpFlag.ACK };
      return ethernet(
        buildIpPacket({ ...ends, ipVersion: 4, protocol: 6, sourcePort: 6000 + (index & 15), payload, tcp })[0]!,
      );
    },
  ],
];

function measure(name: string, run: () => number): void {
  run();
  const before = process.cpuUsage();
  const started = performance.now();
  let frames = 0;
  for (let round = 0; round < ROUNDS; round++) frames += run();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const perFrame = ((user + system) / frames).toFixed(3);
  console.log(
    `${name.padEnd(36)} ${Math.round(frames / seconds)
      .toLocaleString('en')
      .padStart(12)} frames/s ${perFrame} CPU-µs a frame`,
  );
}

let bytes = 0;
for (const [name, frameAt] of scenarios) {
  const frames = Array.from({ length: FRAMES }, (_, index) => frameAt(index));
  measure(name, () => {
    // A dissector of its own each round, or the sequence numbers of TCP would come again.
    const dissector = createFrameDissector(
      {},
      {
        datagram: ({ start, end }) => {
          bytes += end - start;
        },
        stream: ({ data }) => {
          bytes += data.length;
        },
      },
    );
    for (const frame of frames) dissector.accept(frame);
    return frames.length;
  });
}

const file = joined(writePcapHeader(), ...Array.from({ length: FRAMES }, () => writePcapRecord(START_US, udp)));
measure('pcap file in chunks of 64 KiB', () => {
  const reader = createCaptureFileReader();
  let frames = 0;
  for (let at = 0; at < file.length; at += CHUNK_BYTES)
    frames += reader.push(file.subarray(at, at + CHUNK_BYTES)).length;
  return frames;
});
console.log(`(${Math.round(bytes / 1e6)} MB of payload handed over)`);
