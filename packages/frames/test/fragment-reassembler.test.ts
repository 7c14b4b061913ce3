import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  concat,
  datagramTexts,
  dissect,
  frame,
  ip,
  packet,
  packets,
  START_US,
  textOf,
  u16,
  u32,
} from './sample-frames.ts';

const long = Array.from({ length: 900 }, (_, i) => `${i},`).join('');

/** An IPv4 fragment of the UDP datagram in `whole`. */
function fragment4(
  whole: Uint8Array,
  from: number,
  to: number,
  { id = 1, more = to < whole.length - 20 } = {},
): Uint8Array {
  const head = whole.slice(0, 20);
  head.set(u16(20 + to - from), 2);
  head.set(u16(id), 4);
  head.set(u16((from >> 3) | (more ? 0x2000 : 0)), 6);
  return concat(head, whole.subarray(20 + from, 20 + to));
}

for (const ipVersion of [4, 6] as const) {
  const fragments = packets(long, { ipVersion, mtu: 1280, identification: 77 });

  test(`IPv${ipVersion} fragments give the datagram in any order, with duplicates`, () => {
    assert.equal(fragments.length, 3);
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 2, 0, 1],
      [1, 1, 1, 0, 0, 2],
    ];
    for (const order of orders) {
      assert.deepEqual(datagramTexts(order.map((i) => fragments[i]!)), [long]);
    }
  });

  test(`IPv${ipVersion}: the datagram has the addresses of its fragments and the time of the last one to come`, () => {
    const frames = fragments.map((data, i) => frame(data, 101, START_US + i));
    const { datagrams } = dissect([...frames].reverse());
    const [from, to] = ipVersion === 4 ? ['192.0.2.1', '198.51.100.2'] : ['2001:db8::1', '2001:db8::2'];
    assert.deepEqual(datagrams, [
      { timestampUs: START_US, from: `${from} 5060`, to: `${to} 5070`, protocol: 17, vlan: 0, text: long },
    ]);
  });

  test(`IPv${ipVersion} fragments of an outer packet, with fragments inside`, () => {
    const outer = fragments.flatMap((inner, i) => {
      const around = ip(ipVersion === 4 ? 4 : 41, inner);
      return [fragment4(around, 0, 640, { id: i }), fragment4(around, 640, around.length - 20, { id: i })];
    });
    const whole = outer.filter((each) => each.length > 20);
    assert.deepEqual(datagramTexts(whole.reverse()), [long]);
  });
}

test('IPv6 extension headers within the fragmented part are gone through', () => {
  const body = packet(long, { ipVersion: 6 }).subarray(40);
  const part = concat([17, 0, 1, 4, 0, 0, 0, 0], body);
  const head = (offset: number) => concat([60, 0], u16(offset), u32(5));
  const first = ip(44, concat(head(1), part.subarray(0, 800)), 6);
  const second = ip(44, concat(head(800), part.subarray(800)), 6);
  assert.deepEqual(datagramTexts([first, second]), [long]);
});

test('fragments of different packets and VLANs are kept apart', () => {
  const a = packets('a'.repeat(3000), { identification: 1 });
  const b = packets('b'.repeat(3000), { identification: 2 });
  const back = packets('c'.repeat(3000), { identification: 1, back: true });
  const mixed = [0, 1, 2].flatMap((i) => [a[i]!, b[i]!, back[i]!]);
  assert.deepEqual(
    datagramTexts(mixed).map((text) => text[0]),
    ['a', 'b', 'c'],
  );
});

test('any pieces in any order, overlapping, give the datagram', () => {
  const whole = packet(long);
  const length = whole.length - 20;
  const units = Math.ceil(length / 8);
  const piece = fc.tuple(fc.nat(units - 1), fc.integer({ min: 1, max: 120 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), fc.infiniteStream(fc.nat()), (pieces, random) => {
      // A cover of the whole, so that it can be complete, and the random pieces in between.
      const cover = Array.from({ length: Math.ceil(units / 100) }, (_, i) => [i * 100, 100] as const);
      const all = [...pieces, ...cover].map(([at, size]) => [at * 8, Math.min((at + size) * 8, length)] as const);
      const shuffled = all.map((each) => [random.next().value as number, each] as const).sort((x, y) => x[0] - y[0]);
      const { datagrams } = dissect(shuffled.map(([, [from, to]]) => frame(fragment4(whole, from, to))));
      assert.ok(datagrams.length >= 1);
      for (const each of datagrams) assert.equal(each.text, long);
    }),
  );
});

test('where fragments overlap, the bytes that came first stay, and it is counted', () => {
  const whole = packet('x'.repeat(80));
  const other = packet('y'.repeat(80));
  const { datagrams, defects } = dissect(
    [fragment4(whole, 0, 48), fragment4(other, 40, 64), fragment4(whole, 56, 88)].map((each) => frame(each)),
  );
  assert.deepEqual(
    datagrams.map((each) => each.text),
    [`${'x'.repeat(40)}${'y'.repeat(16)}${'x'.repeat(24)}`],
  );
  assert.deepEqual(defects, { overlapping_fragment: 2 });
});

test('fragments that contradict the end of the packet, are empty or reach too far are dropped', () => {
  const whole = packet('x'.repeat(80));
  const tooFar = concat([0x45, 0], u16(40), u16(1), u16(0x1fff), [64, 17, 0, 0], whole.subarray(12, 40));
  for (const bad of [
    fragment4(whole, 40, 48, { more: false }),
    fragment4(packet('x'.repeat(800)), 80, 160),
    fragment4(whole, 8, 8, { more: true }),
    tooFar,
  ]) {
    const good = [fragment4(whole, 0, 40), fragment4(whole, 48, 88), fragment4(whole, 40, 48)].map((each) =>
      frame(each),
    );
    good.splice(2, 0, frame(bad));
    const { datagrams, defects } = dissect(good);
    assert.deepEqual([datagrams.map((each) => each.text), defects], [['x'.repeat(80)], { bad_fragment: 1 }]);
  }
  const { defects } = dissect([frame(fragment4(whole, 0, 48).subarray(0, 60))]);
  assert.deepEqual(defects, { truncated_packet: 1, bad_fragment: 1 });
});

test('incomplete packets are forgotten by age of packet time, forwards and backwards, and at the flush', () => {
  const whole = packet('x'.repeat(80));
  const start = frame(fragment4(whole, 0, 48));
  const rest = (ageUs: number) => frame(fragment4(whole, 48, 88), 101, START_US + ageUs);
  assert.equal(dissect([start, rest(30_000_000)]).datagrams.length, 1);
  for (const ageUs of [30_000_001, -30_000_001]) {
    const { datagrams, defects } = dissect([start, rest(ageUs)]);
    assert.deepEqual([datagrams, defects], [[], { fragments_incomplete: 2 }]);
  }
});

test('fragments held are bounded in number and bytes, the oldest go first', () => {
  const whole = packet('x'.repeat(80));
  const starts = Array.from({ length: 100 }, (_, id) => frame(fragment4(whole, 0, 48, { id })));
  const rest = (id: number) => frame(fragment4(whole, 48, 88, { id }));
  const byCount = dissect([...starts, rest(99), rest(90), rest(89)], { fragmentedPackets: 10 });
  assert.equal(byCount.datagrams.length, 2);
  assert.equal(byCount.defects.fragments_evicted, 90);
  const byBytes = dissect([...starts, rest(99), rest(90), rest(89)], { fragmentBytes: 10 * (48 + 64) });
  assert.equal(byBytes.datagrams.length, 2);
  assert.equal(byBytes.defects.fragments_evicted, 90);
});

test('the bytes of a frame are not kept: its owner may write over them', () => {
  const [first, second, third] = packets(long, { mtu: 1280, identification: 3 });
  const { datagrams } = dissect(
    (function* () {
      const live = new Uint8Array(1500);
      for (const each of [first!, second!, third!]) {
        live.set(each);
        yield frame(live.subarray(0, each.length));
      }
    })(),
  );
  assert.equal(datagrams[0]?.text, textOf(new TextEncoder().encode(long)));
});
