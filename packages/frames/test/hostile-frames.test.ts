import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FRAME_DEFECTS } from '../src/index.ts';
import { concat, dissect, ethernet, frame, ip, packet, packets, u32, udp } from './sample-frames.ts';

const LINK_TYPES = [0, 1, 9, 12, 14, 101, 108, 113, 228, 229, 276];

/** Frames that between them go through every reader: link layers, tunnels, fragments, transports. */
const goodFrames: [number, Uint8Array][] = [
  [
    1,
    ethernet(packet('INVITE'), 0x0800, [
      [0x88a8, 3],
      [0x8100, 4],
    ]),
  ],
  [1, ethernet(concat([0x11, 0, 0, 1, 0, 20, 0, 0x21], packet('x')), 0x8864)],
  [101, packet('text', { protocol: 6 })],
  [101, packet('text', { protocol: 6, ipVersion: 6 })],
  [101, packet('text', { protocol: 132 })],
  ...packets('f'.repeat(2000), { ipVersion: 6, mtu: 1280 }).map((each): [number, Uint8Array] => [
    101,
    each.slice(0, 100),
  ]),
  ...packets('f'.repeat(200), { mtu: 1280 }).map((each): [number, Uint8Array] => [101, each]),
  [101, ip(0, concat([43, 0], new Uint8Array(6), [17, 1], new Uint8Array(14), udp(5060, packet('x'))), 6)],
  [101, ip(47, concat([0xf0, 0, 8, 0], u32(0), u32(1), u32(2), [0, 1, 0, 4, 1, 2, 3, 4], u32(0), packet('x')))],
  [
    101,
    ip(
      47,
      concat(
        [0x10, 0, 0x22, 0xeb],
        u32(1),
        [0x20, 34, 0, 1],
        u32(5),
        [0, 0, 0, 1],
        new Uint8Array(8),
        ethernet(packet('x')),
      ),
    ),
  ],
  [101, ip(17, udp(4789, concat([8, 0, 0, 0, 0, 0, 42, 0], ethernet(ip(4, ip(41, packet('x', { ipVersion: 6 })))))))],
  [101, ip(17, udp(37008, concat([1, 0, 0, 1, 0, 10, 1, 99, 1], ethernet(packet('x')))))],
];

function check(frames: { linkType: number; data: Uint8Array }[]): void {
  const { datagrams, chunks, defects } = dissect(frames.map(({ linkType, data }) => frame(data, linkType)));
  const bytesIn = frames.reduce((sum, { data }) => sum + data.length, 0);
  const bytesOut = [...datagrams, ...chunks].reduce((sum, each) => sum + each.text.length, 0);
  assert.ok(bytesOut <= bytesIn);
  for (const name of Object.keys(defects)) assert.ok((FRAME_DEFECTS as readonly string[]).includes(name), name);
}

test('every prefix of a good frame is taken without a throw', () => {
  for (const [linkType, data] of goodFrames) {
    for (let length = 0; length < data.length; length++) check([{ linkType, data: data.slice(0, length) }]);
  }
});

test('every single-byte change of a good frame is taken without a throw, also before and after the good one', () => {
  for (const [linkType, data] of goodFrames) {
    for (let at = 0; at < Math.min(data.length, 200); at++) {
      for (const value of [0, 1, 0xff, data[at]! ^ 0x40, data[at]! ^ 0x04]) {
        const changed = data.slice();
        changed[at] = value;
        check([
          { linkType, data: changed },
          { linkType, data },
          { linkType, data: changed },
        ]);
      }
    }
  }
});

test('random bytes as any link type, and within IP, are taken without a throw', () => {
  const linkType = fc.constantFrom(...LINK_TYPES, 9999);
  const bytes = fc.uint8Array({ maxLength: 120 });
  const random = fc.record({ linkType, data: bytes });
  const protocol = fc.constantFrom(0, 4, 6, 17, 41, 43, 44, 47, 51, 60, 132);
  const within = fc
    .tuple(protocol, bytes, fc.constantFrom(4 as const, 6 as const))
    .map(([number, data, ipVersion]) => ({ linkType: 101, data: ip(number, data, ipVersion) }));
  const tunnels = fc
    .tuple(fc.constantFrom(4789, 37008), bytes)
    .map(([port, data]) => ({ linkType: 101, data: ip(17, udp(port, data)) }));
  fc.assert(
    fc.property(fc.array(fc.oneof(random, within, tunnels), { maxLength: 20 }), (frames) => check(frames)),
    { numRuns: 1000 },
  );
});
