import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CaptureFrame, FrameDissectorOptions } from '../src/index.ts';
import { TcpFlag } from '../src/index.ts';
import { dissect, frame, packet, type SeenChunk, START_US } from './sample-frames.ts';

const { SYN, ACK, FIN, RST, PSH } = TcpFlag;

interface SegmentOptions {
  flags?: number;
  back?: boolean;
  /** After the start. */
  atUs?: number;
  ipVersion?: 4 | 6;
  sourcePort?: number;
}

function segment(sequence: number, text = '', options: SegmentOptions = {}): CaptureFrame {
  const { flags = PSH | ACK, atUs = 0, ...rest } = options;
  const tcp = { sequence: sequence >>> 0, acknowledgement: 1, flags };
  return frame(packet(text, { protocol: 6, tcp, ...rest }), 101, START_US + atUs);
}

function run(frames: CaptureFrame[], options: FrameDissectorOptions & { flush?: boolean } = {}) {
  const { chunks, defects } = dissect(frames, options);
  return { chunks, defects, said: chunks.map(said) };
}

/** A chunk on one line: `~` for a gap before it, `.` for the end of the connection. */
function said({ text, gap, closed }: SeenChunk): string {
  return `${gap ? '~' : ''}${text}${closed ? '.' : ''}`;
}

const syn = segment(99, '', { flags: SYN });

for (const ipVersion of [4, 6] as const) {
  test(`IPv${ipVersion}: a connection's directions are streams of their own, with addresses and times`, () => {
    const { chunks } = run([
      segment(99, '', { flags: SYN, ipVersion }),
      segment(499, '', { flags: SYN | ACK, back: true, ipVersion }),
      segment(100, '', { flags: ACK, ipVersion }),
      segment(100, 'hello', { atUs: 5, ipVersion }),
      segment(500, 'there', { back: true, atUs: 6, ipVersion }),
      segment(105, '!', { atUs: 7, ipVersion }),
      segment(106, '', { flags: FIN | ACK, atUs: 8, ipVersion }),
      segment(505, 'bye', { flags: FIN | ACK, back: true, atUs: 9, ipVersion }),
    ]);
    assert.deepEqual(
      chunks.map((each) => [each.from.split(' ')[1], said(each), each.timestampUs - START_US]),
      [
        ['5060', 'hello', 5],
        ['5070', 'there', 6],
        ['5060', '!', 7],
        ['5060', '.', 8],
        ['5070', 'bye', 9],
        ['5070', '.', 9],
      ],
    );
    const [a, b] = ipVersion === 4 ? ['192.0.2.1', '198.51.100.2'] : ['2001:db8::1', '2001:db8::2'];
    assert.equal(chunks[0]?.from, `${a} 5060`);
    assert.equal(chunks[0]?.to, `${b} 5070`);
    assert.equal(chunks[1]?.to, `${a} 5060`);
    assert.deepEqual(new Set(chunks.map((each) => each.key)).size, 2);
  });
}

test('a connection joined in the middle says that bytes are missing before the first chunk', () => {
  assert.deepEqual(run([segment(7000, 'a'), segment(7001, 'b')]).said, ['~a', 'b']);
});

test('segments out of order come out in order, each with its own time', () => {
  const { chunks, defects } = run([
    syn,
    segment(104, 'e', { atUs: 1 }),
    segment(102, 'cd', { atUs: 2 }),
    segment(100, 'ab', { atUs: 3 }),
  ]);
  assert.deepEqual(
    chunks.map((each) => [said(each), each.timestampUs - START_US]),
    [
      ['ab', 3],
      ['cd', 2],
      ['e', 1],
    ],
  );
  assert.deepEqual(defects, {});
});

test('retransmissions give each byte once, also when they are cut elsewhere', () => {
  const frames = [
    syn,
    segment(100, 'abc'),
    segment(100, 'abc'),
    segment(101, 'bcde'),
    segment(98, 'xxab'),
    segment(107, 'hi'),
    segment(107, 'h'),
    segment(104, 'efghij'),
  ];
  assert.deepEqual(run(frames).said, ['abc', 'de', 'fghij']);
});

test('keep-alives that repeat the last byte give nothing', () => {
  assert.deepEqual(run([syn, segment(100, 'ab'), segment(101, 'x'), segment(101, ''), segment(102, 'c')]).said, [
    'ab',
    'c',
  ]);
});

test('sequence numbers go round', () => {
  const from = 0xfffffffe;
  const frames = [
    segment(from - 1, '', { flags: SYN }),
    segment(from + 4, 'ef'),
    segment(from, 'abcd'),
    segment(from + 6, 'g'),
  ];
  assert.deepEqual(run(frames).said, ['abcd', 'ef', 'g']);
});

test('a hole is given up after five seconds of packet time, whatever packet shows that', () => {
  const lost = [syn, segment(100, 'ab'), segment(104, 'ef', { atUs: 1 })];
  const other = (atUs: number) => frame(packet('udp'), 101, START_US + atUs);
  assert.deepEqual(run([...lost, other(5_000_001)], { flush: false }).said, ['ab']);
  const { said: texts, chunks, defects } = run([...lost, other(5_000_002)], { flush: false });
  assert.deepEqual([texts, defects], [['ab', '~ef'], { tcp_gap: 1 }]);
  assert.equal(chunks[1]?.timestampUs, START_US + 1);
});

test('a hole is given up at the flush', () => {
  const frames = [syn, segment(102, 'cd'), segment(106, 'gh'), segment(110, 'kl')];
  assert.deepEqual(run(frames).said, ['~cd', '~gh', '~kl']);
});

test('a hole is given up when more than 256 KiB wait behind it', () => {
  const size = 60_000;
  const frames = [syn, ...[0, 1, 2, 3, 4].map((i) => segment(200 + i * size, 'x'.repeat(size)))];
  assert.deepEqual(run(frames.slice(0, -1), { flush: false }).said, []);
  const { chunks } = run(frames, { flush: false });
  assert.deepEqual(
    chunks.map((each) => [each.text.length, each.gap]),
    [
      [size, true],
      [size, false],
      [size, false],
      [size, false],
      [size, false],
    ],
  );
});

test('a hole is given up when too many small segments wait behind it', () => {
  const frames = [syn, ...Array.from({ length: 2049 }, (_, i) => segment(102 + 2 * i, 'x'))];
  const { said: texts } = run(frames, { flush: false });
  assert.deepEqual(texts, ['~x']);
});

test('FIN behind a hole closes once the hole is filled or given up', () => {
  const fin = segment(102, 'c', { flags: FIN | ACK });
  assert.deepEqual(run([syn, fin, segment(100, 'ab')]).said, ['ab', 'c', '.']);
  assert.deepEqual(run([syn, segment(100, 'a'), fin]).said, ['a', '~c', '.']);
  assert.deepEqual(run([syn, segment(100, 'a'), segment(102, '', { flags: FIN | ACK })]).said, ['a', '~.']);
});

test('RST closes both directions, after what waits', () => {
  const { chunks } = run([
    syn,
    segment(499, '', { flags: SYN | ACK, back: true }),
    segment(100, 'ab'),
    segment(104, 'ef'),
    segment(500, 'xy', { back: true }),
    segment(502, '', { flags: RST, back: true }),
  ]);
  assert.deepEqual(chunks.map(said), ['ab', 'xy', '.', '~ef', '.']);
  assert.equal(chunks[2]?.key, chunks[1]?.key);
});

test('RST far outside the window is not believed', () => {
  const { said: texts, defects } = run([
    syn,
    segment(100, 'ab'),
    segment(50_000_000, '', { flags: RST }),
    segment(102, 'c'),
  ]);
  assert.deepEqual([texts, defects], [['ab', 'c'], { tcp_bad_reset: 1 }]);
});

test('what is sent again after the end is dropped; other bytes are another connection', () => {
  const { chunks } = run([
    syn,
    segment(100, 'ab'),
    segment(102, '', { flags: FIN | ACK }),
    segment(100, 'ab'),
    segment(102, '', { flags: FIN | ACK }),
    segment(9_000_000, 'new'),
  ]);
  assert.deepEqual(chunks.map(said), ['ab', '.', '~new']);
  assert.notEqual(chunks[2]?.key, chunks[0]?.key);
});

test('a new SYN with the same addresses is another connection, in both directions', () => {
  const { chunks } = run([
    syn,
    segment(499, '', { flags: SYN | ACK, back: true }),
    segment(100, 'ab'),
    segment(500, 'xy', { back: true }),
    segment(70, '', { flags: SYN }),
    segment(600, '', { flags: SYN | ACK, back: true }),
    segment(71, 'cd'),
    segment(601, 'zz', { back: true }),
  ]);
  assert.deepEqual(chunks.map(said), ['ab', 'xy', '.', '.', 'cd', 'zz']);
  assert.equal(new Set(chunks.map((each) => each.key)).size, 4);
});

test('a SYN sent again, or seen after the first bytes, changes nothing', () => {
  assert.deepEqual(run([syn, syn, segment(100, 'ab'), syn, segment(102, 'c')]).said, ['ab', 'c']);
  assert.deepEqual(run([segment(100, 'ab'), syn, segment(102, 'c')]).said, ['~ab', 'c']);
});

test('bytes in a SYN are the first', () => {
  assert.deepEqual(run([segment(99, 'ab', { flags: SYN }), segment(102, 'c')]).said, ['ab', 'c']);
});

test('bytes far behind what was read are another connection', () => {
  const { said: texts, defects } = run([segment(50_000_000, 'ab'), segment(1000, 'cd'), segment(1002, 'e')]);
  assert.deepEqual([texts, defects], [['~ab', '.', '~cd', 'e'], { tcp_sequence_jump: 1 }]);
});

test('connections are bounded: those not seen lately are told closed and forgotten', () => {
  const frames = Array.from({ length: 20 }, (_, i) => [
    segment(100, 'a', { sourcePort: 6000 + i }),
    segment(100 + i + 1, 'k'),
  ]);
  const { chunks, defects } = run([segment(100, 'k'), ...frames.flat()], { tcpDirections: 10 });
  assert.equal(defects.tcp_connections_evicted, 11);
  assert.equal(chunks.filter((each) => each.closed).length, 11);
  // The one that speaks all the time stays.
  assert.deepEqual(new Set(chunks.filter((each) => each.from.endsWith(' 5060')).map((each) => each.key)).size, 1);
});

test('bytes that wait are bounded over all connections', () => {
  const frames = Array.from({ length: 20 }, (_, i) => [
    segment(99, '', { flags: SYN, sourcePort: 6000 + i }),
    segment(101, 'b'.repeat(100), { sourcePort: 6000 + i }),
  ]);
  const { chunks, defects } = run(frames.flat(), { tcpBufferedBytes: 10 * 164, flush: false });
  assert.equal(defects.tcp_buffer_evicted, 10);
  assert.deepEqual(
    chunks.map((each) => each.from.split(' ')[1]),
    Array.from({ length: 10 }, (_, i) => `${6000 + i}`),
  );
});

test('any cutting, order, loss and repetition gives the bytes in order, and says where some are missing', () => {
  const text = Array.from({ length: 400 }, (_, i) => String.fromCharCode(0x21 + (i % 90))).join('');
  const cut = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 60 }), fc.integer({ min: 0, max: 0xffffffff }), (cuts, first) => {
      const frames = [
        segment(first - 1, '', { flags: SYN }),
        ...cuts.map(([at, size]) => segment(first + at, text.slice(at, at + size))),
      ];
      const { chunks } = run(frames);
      const sent = new Set(
        cuts.flatMap(([at, size]) => Array.from({ length: Math.min(size, text.length - at) }, (_, i) => at + i)),
      );
      let expected = '';
      for (let i = 0; i < text.length; i++) {
        if (!sent.has(i)) continue;
        if (i > 0 ? !sent.has(i - 1) : false) expected += '~';
        expected += text[i];
      }
      if (!sent.has(0) && !expected.startsWith('~') && expected !== '') expected = `~${expected}`;
      assert.equal(chunks.map(said).join(''), expected.replaceAll('~~', '~'));
    }),
    { numRuns: 200 },
  );
});
