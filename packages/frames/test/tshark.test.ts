import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  createCaptureFileReader,
  createExportTrace,
  createFrameDissector,
  type TraceMessage,
  writePcapHeader,
  writePcapngHeader,
  writePcapngNames,
  writePcapngPacket,
  writePcapRecord,
} from '../src/index.ts';
import { A4, A6, B4, B6, bytesOf, concat, START_US } from './sample-frames.ts';

// Whatever is read and written here is compared with what another program makes of it.
const TSHARK = '/usr/bin/tshark';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const captures = join(process.env.CALLIOPE_FIXTURES ?? join(root, '../shared/fixtures'), 'pcap');
const withoutTshark = existsSync(TSHARK) ? false : `${TSHARK} is not installed`;
const withoutCaptures = existsSync(captures) ? withoutTshark : `no captures at ${captures}: set CALLIOPE_FIXTURES`;

const folder = mkdtempSync(join(tmpdir(), 'calliope-frames-'));
after(() => rmSync(folder, { recursive: true }));

function tshark(file: string, ...options: string[]): string[] {
  // Started as root it prints a warning on its standard error, which is of no interest here.
  const output = execFileSync(TSHARK, ['-n', '-r', file, ...options], {
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 2 ** 26,
  });
  return output.split('\n').filter((line) => line !== '');
}

/** The named fields of each frame, '' where a frame has none. */
function fieldsOf(file: string, names: string[], ...options: string[]): string[][] {
  return tshark(file, ...options, '-T', 'fields', ...names.flatMap((name) => ['-e', name])).map((line) =>
    line.split('\t'),
  );
}

function readCapture(file: string) {
  const reader = createCaptureFileReader();
  const frames = reader.push(readFileSync(file));
  const udp: string[] = [];
  const tcp = new Map<string, string>();
  const dissector = createFrameDissector(
    {},
    {
      datagram: ({ data, start, end }) => udp.push(Buffer.from(data.subarray(start, end)).toString('hex')),
      stream: ({ connectionKey, data }) =>
        tcp.set(connectionKey, (tcp.get(connectionKey) ?? '') + Buffer.from(data).toString('hex')),
    },
  );
  for (const each of frames) dissector.accept(each);
  dissector.flush();
  return { frames, udp, tcp, stopped: reader.end(), defects: { ...reader.defects, ...dissector.defects } };
}

/** The bytes of each direction of each TCP stream as tshark puts them together, in hexadecimal. */
function tsharkStreams(file: string): string[] {
  const numbers = new Set(tshark(file, '-Y', 'tcp.len > 0', '-T', 'fields', '-e', 'tcp.stream'));
  return [...numbers].flatMap((number) => {
    const lines = tshark(file, '-q', '-z', `follow,tcp,raw,${number}`).filter((line) => /^\t?[0-9a-f]+$/.test(line));
    const [there, back] = Map.groupBy(lines, (line) => line.startsWith('\t')).values();
    return [there, back].flatMap((each) => (each ? [each.join('').replaceAll('\t', '')] : []));
  });
}

const captureFiles = withoutCaptures ? [] : readdirSync(captures);
test('there are captures to compare on', { skip: withoutCaptures }, () => assert.ok(captureFiles.length > 0));

for (const name of captureFiles) {
  test(`${name}: frames, times, datagrams and streams are those that tshark sees`, () => {
    const file = join(captures, name);
    const { frames, udp, tcp, stopped, defects } = readCapture(file);
    assert.equal(stopped, undefined);
    // Each start of tshark costs half a second, so all is asked for at once.
    const seen = fieldsOf(file, [
      'frame.time_epoch',
      'frame.cap_len',
      'frame.len',
      'udp.payload',
      'tcp.payload',
      'icmp',
    ]);
    assert.deepEqual(
      frames.map((each) => [each.timestampUs, each.data.length, each.originalLength]),
      seen.map(([time, captured, original]) => {
        const [seconds, fraction] = time!.split('.');
        return [Number(seconds) * 1e6 + Number(fraction!.slice(0, 6)), Number(captured), Number(original)];
      }),
    );
    // A datagram within an ICMP message is none; an empty one has no payload field.
    const payloads = seen.flatMap(([, , , payload, , icmp]) => (payload === '' || icmp !== '' ? [] : [payload]));
    assert.deepEqual(
      udp.filter((each) => each !== ''),
      payloads,
    );
    const streams = seen.some(([, , , , payload]) => payload !== '') ? tsharkStreams(file) : [];
    assert.deepEqual([...tcp.values()].sort(), streams.sort());
    assert.deepEqual(defects, {});
  });
}

const transports = ['udp', 'tcp', 'tls', 'sctp', 'ws', 'wss', 'other'] as const;

/** Requests and answers of all transports over both versions of IP, some too long for one packet. */
function sampleMessages(): TraceMessage[] {
  const messages: TraceMessage[] = [];
  for (const [index, transport] of transports.entries()) {
    for (const ipVersion of [4, 6] as const) {
      for (const [turn, length] of [0, 3000, 20_000, 5, 1400].entries()) {
        const [a, b] = ipVersion === 4 ? [A4, B4] : [A6, B6];
        const isAnswer = turn % 2 === 1;
        const callId = `${transport}-${ipVersion}-${turn}`;
        messages.push({
          timestampUs: START_US + messages.length * 1_000_001,
          transport,
          ipVersion,
          source: isAnswer ? b : a,
          destination: isAnswer ? a : b,
          sourcePort: isAnswer ? 5060 : 6000 + index,
          destinationPort: isAnswer ? 6000 + index : 5060,
          payload: bytesOf(
            `${isAnswer ? 'SIP/2.0 200 OK' : 'OPTIONS sip:b@example.com SIP/2.0'}\r\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK${turn}\r\n` +
              `From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>;tag=2\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n` +
              `Subject: ${'x'.repeat(length)}\r\nContent-Length: 0\r\n\r\n`,
          ),
        });
      }
    }
  }
  return messages;
}

const CHECKSUMS = [
  'ip.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'sctp.checksum:CRC-32C',
];
/** Notes, warnings and errors; the levels below them are chat and comments (epan/proto.h). */
const LEAST_SEVERITY = 0x00400000;

for (const format of ['pcap', 'pcapng'] as const) {
  test(`${format}: tshark reads the same SIP in what is written, and complains of nothing`, {
    skip: withoutTshark,
  }, () => {
    const trace = createExportTrace({ handshakes: format === 'pcapng' });
    const messages = sampleMessages();
    const frames = messages.flatMap((each) => trace.frames(each));
    const file = join(folder, `written.${format}`);
    writeFileSync(
      file,
      format === 'pcap'
        ? concat(writePcapHeader(), ...frames.map((each) => writePcapRecord(each.timestampUs, each.packet)))
        : concat(
            writePcapngHeader({ application: 'Calliope 0.1.0', comment: 'Two addresses', interfaceName: 'trace' }),
            ...frames.map((each) => writePcapngPacket(each.timestampUs, each.packet, each.comment)),
          ),
    );
    const names = ['frame.time_epoch', 'sip.Call-ID', 'sip.Subject', 'ip.checksum.status', 'udp.checksum.status'];
    names.push(
      'tcp.checksum.status',
      'sctp.checksum.status',
      '_ws.expert.severity',
      'tcp.analysis.flags',
      'frame.comment',
    );
    const seen = fieldsOf(file, names, ...CHECKSUMS.flatMap((each) => ['-o', each]));
    assert.equal(seen.length, frames.length);
    const sip = seen.filter(([, callId]) => callId !== '');
    assert.deepEqual(
      sip.map(([time, callId, subject]) => [time, callId, subject!.length]),
      messages.map(({ timestampUs, payload }) => {
        const text = new TextDecoder().decode(payload);
        const time = `${Math.floor(timestampUs / 1e6)}.${String(timestampUs % 1e6).padStart(6, '0')}000`;
        return [time, /Call-ID: (\S+)/.exec(text)![1], /Subject: (\S*)/.exec(text)![1]!.length];
      }),
    );
    const verified = { ip: 0, udp: 0, tcp: 0, sctp: 0 };
    for (const [index, fields] of seen.entries()) {
      const [, , , ip, udp, tcp, sctp, severities, analysis] = fields;
      for (const [name, status] of Object.entries({ ip, udp, tcp, sctp })) {
        if (status === '') continue;
        assert.equal(status, '1', `${name} checksum of frame ${index + 1}`);
        verified[name as keyof typeof verified] += 1;
      }
      const complaints = severities!.split(',').filter((each) => Number(each) >= LEAST_SEVERITY);
      assert.deepEqual([complaints, analysis], [[], ''], `frame ${index + 1}`);
    }
    // Only whole datagrams have a checksum to verify; every segment and every SCTP packet has one.
    const ofProtocol = (protocol: number) =>
      frames.filter(({ packet }) => packet[packet[0]! >> 4 === 4 ? 9 : 6] === protocol).length;
    assert.deepEqual(verified, {
      ip: frames.filter(({ packet }) => packet[0]! >> 4 === 4).length,
      udp: 20,
      tcp: ofProtocol(6),
      sctp: ofProtocol(132),
    });
    const remarked = messages.filter(({ transport }) => ['tls', 'ws', 'wss', 'other'].includes(transport));
    assert.equal(seen.filter((fields) => fields[9] !== '').length, format === 'pcap' ? 0 : remarked.length);
  });
}

test('the names written are those that tshark shows', { skip: withoutTshark }, () => {
  const file = join(folder, 'names.pcapng');
  const [first] = createExportTrace().frames(sampleMessages()[0]!);
  const names = writePcapngNames([{ ipVersion: 4, address: A4, name: 'sbc-1.example' }]);
  writeFileSync(
    file,
    concat(writePcapngHeader({ application: 'test' }), names, writePcapngPacket(START_US, first!.packet)),
  );
  const output = execFileSync(
    TSHARK,
    ['-N', 'n', '-r', file, '-T', 'fields', '-e', 'ip.src_host', '-e', 'ip.dst_host'],
    { stdio: 'pipe' },
  );
  assert.equal(output.toString().trim(), 'sbc-1.example\t198.51.100.2');
});
