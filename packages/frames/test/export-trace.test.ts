import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CaptureFrame,
  createCaptureFileReader,
  createExportTrace,
  type TraceMessage,
  writePcapHeader,
  writePcapngHeader,
  writePcapngNames,
  writePcapngPacket,
  writePcapRecord,
} from '../src/index.ts';
import { A4, A6, B4, B6, bytesOf, concat, dissect, frame, START_US } from './sample-frames.ts';

function message(text: string, input: Partial<TraceMessage> & { back?: boolean } = {}): TraceMessage {
  const { back = false, ...rest } = input;
  const [source, destination] = rest.ipVersion === 6 ? [A6, B6] : [A4, B4];
  return {
    timestampUs: START_US,
    transport: 'udp',
    ipVersion: 4,
    source: back ? destination : source,
    destination: back ? source : destination,
    sourcePort: back ? 5070 : 5060,
    destinationPort: back ? 5060 : 5070,
    payload: bytesOf(text),
    ...rest,
  };
}

function write(messages: TraceMessage[], options = {}) {
  const trace = createExportTrace(options);
  return messages.flatMap((each) => trace.frames(each));
}

function read(messages: TraceMessage[], options = {}) {
  return dissect(write(messages, options).map((each) => frame(each.packet, 101, each.timestampUs)));
}

const long = 'abcdefghi\n'.repeat(500);

test('UDP and SCTP messages are datagrams again, each with its time', () => {
  for (const transport of ['udp', 'sctp', 'other'] as const) {
    const { datagrams, defects } = read([
      message('a', { transport }),
      message(long, { transport, back: true, timestampUs: START_US + 1 }),
    ]);
    assert.deepEqual(
      datagrams.map((each) => [each.text, each.timestampUs - START_US, each.protocol]),
      [
        ['a', 0, transport === 'sctp' ? 132 : 17],
        [long, 1, transport === 'sctp' ? 132 : 17],
      ],
    );
    assert.deepEqual(defects, {});
  }
});

for (const transport of ['tcp', 'tls', 'ws', 'wss'] as const) {
  test(`${transport.toUpperCase()} messages are streams that go on, one for each direction`, () => {
    const messages = [
      message('a', { transport }),
      message(long, { transport, back: true }),
      message(long, { transport }),
      message('b', { transport }),
    ];
    const { chunks, defects } = read(messages);
    const texts = Map.groupBy(chunks, (each) => each.key);
    assert.deepEqual(
      [...texts.values()].map((each) => each.map(({ text }) => text).join('')),
      [`a${long}b`, long],
    );
    assert.equal(chunks.filter((each) => each.gap).length, 2);
    assert.deepEqual(defects, {});
  });
}

test('with handshakes a stream begins at its beginning', () => {
  const messages = [message('a', { transport: 'tcp' }), message('b', { transport: 'tcp', back: true })];
  const frames = write(messages, { handshakes: true });
  assert.deepEqual(
    frames.map((each) => each.packet[33]),
    [0x02, 0x12, 0x10, 0x18, 0x18],
  );
  assert.deepEqual(
    read(messages, { handshakes: true }).chunks.map((each) => [each.text, each.gap]),
    [
      ['a', false],
      ['b', false],
    ],
  );
});

test('what was not sent as it is written says so, once a message', () => {
  const comments = (transport: TraceMessage['transport'], text = long) =>
    write([message(text, { transport })]).map((each) => each.comment);
  for (const transport of ['udp', 'tcp', 'sctp'] as const)
    assert.ok(comments(transport).every((each) => each === undefined));
  for (const transport of ['tls', 'ws', 'wss', 'other'] as const) {
    const [first, ...others] = comments(transport);
    assert.match(first!, /on the wire.*Written here as (plain TCP|UDP)/);
    assert.ok(others.length > 0 && others.every((each) => each === undefined));
  }
  assert.match(comments('udp', 'x'.repeat(65_508))[0]!, /longer than a datagram/);
});

test('a payload too long for a datagram is written as a stream instead of being lost', () => {
  const text = 'x'.repeat(65_536);
  const { chunks } = read([message(text), message(text, { transport: 'other' })]);
  assert.equal(chunks.map((each) => each.text).join(''), text + text);
});

test('pcap and pcapng files hold frames and times to the microsecond', () => {
  const times = [0, 1, 999_999, 1_000_000, START_US, 0xffffffff * 1e6 + 999_999];
  const data = [new Uint8Array(0), bytesOf('a'), bytesOf('abc'), bytesOf('abcd'), bytesOf(long), bytesOf('z')];
  const names = writePcapngNames([
    { ipVersion: 4, address: A4, name: 'sbc' },
    { ipVersion: 6, address: A6, name: 'größe' },
  ]);
  const files = {
    pcap: concat(writePcapHeader(), ...times.map((time, i) => writePcapRecord(time, data[i]!))),
    pcapng: concat(
      writePcapngHeader({ application: 'test', comment: 'über\nzwei Zeilen', interfaceName: 'wire' }),
      names,
      ...times.map((time, i) => writePcapngPacket(time, data[i]!, i % 2 ? 'a remark' : undefined)),
    ),
  };
  for (const file of Object.values(files)) {
    const reader = createCaptureFileReader();
    const frames: CaptureFrame[] = reader.push(file);
    assert.equal(reader.end(), undefined);
    assert.deepEqual(reader.defects, {});
    assert.deepEqual(
      frames.map((each) => each.timestampUs),
      times,
    );
    assert.deepEqual(
      frames.map((each) => each.data.length),
      data.map((each) => each.length),
    );
    assert.deepEqual(new Set(frames.map((each) => each.linkType)), new Set([101]));
  }
});

test('times that a format cannot say become the nearest that it can', () => {
  const reader = createCaptureFileReader();
  const records = [-5, 2 ** 53 - 1].map((time) => writePcapRecord(time, A4));
  const frames = reader.push(concat(writePcapHeader(), ...records, writePcapRecord(7, A4, 1500)));
  assert.deepEqual(
    frames.map((each) => each.timestampUs),
    [0, 0xffffffff * 1e6 + 999_999, 7],
  );
  assert.equal(frames[2]?.originalLength, 1500);
});

test('a comment too long for an option is cut between characters', () => {
  const reader = createCaptureFileReader();
  const file = concat(writePcapngHeader({ application: 'test' }), writePcapngPacket(1, A4, 'é'.repeat(40_000)));
  assert.equal(reader.push(file).length, 1);
  assert.deepEqual([reader.end(), reader.defects], [undefined, {}]);
});
