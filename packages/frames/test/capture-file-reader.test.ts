import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CaptureFrame, createCaptureFileReader } from '../src/index.ts';
import { bigEndian, block, enhanced, face, littleEndian, option, pcapFile, section } from './sample-capture-files.ts';
import { bytesOf, concat, frame, START_US } from './sample-frames.ts';

function readWhole(file: Uint8Array, chunkSizes: readonly number[] = []) {
  const reader = createCaptureFileReader();
  const frames: CaptureFrame[] = [];
  let at = 0;
  for (const size of chunkSizes) {
    frames.push(...reader.push(file.slice(at, at + size)));
    at += size;
  }
  frames.push(...reader.push(file.slice(at)));
  const defect = reader.end();
  return { frames, defect, defects: reader.defects, position: reader.position };
}

/** Frames as they should come out of a file: in arrays of their own, so that they compare equal. */
function plain(frames: readonly CaptureFrame[]) {
  return frames.map((each) => ({ ...each, data: [...each.data] }));
}

const two = [frame(bytesOf('first'), 1), { ...frame(bytesOf('second!'), 1, START_US + 1_000_001), originalLength: 99 }];

for (const [name, order] of Object.entries({ 'big-endian': bigEndian, 'little-endian': littleEndian })) {
  test(`a ${name} pcap file in microseconds gives its frames`, () => {
    assert.deepEqual(plain(readWhole(pcapFile(two, { order })).frames), plain(two));
  });

  test(`a ${name} pcap file in nanoseconds gives microseconds, rounded down`, () => {
    const file = pcapFile(two, { order, magic: 0xa1b23c4d, fraction: (us) => us * 1000 + 999 });
    assert.deepEqual(plain(readWhole(file).frames), plain(two));
  });

  test(`a ${name} pcap file in Kuznetzov's variant gives its frames`, () => {
    const file = pcapFile(two, { order, magic: 0xa1b2cd34, recordTail: 8 });
    assert.deepEqual(plain(readWhole(file).frames), plain(two));
  });

  test(`a ${name} pcapng section gives frames of its interfaces, whatever their clocks`, () => {
    const us = BigInt(START_US);
    const offset = order === bigEndian ? [0, 0, 0, 0, 0, 0, 0, 9] : [9, 0, 0, 0, 0, 0, 0, 0];
    const file = concat(
      section(order),
      face(order, 1),
      face(order, 101, 0, option(order, 2, [...bytesOf('eth1')]), option(order, 9, [9])),
      face(order, 113, 4, option(order, 9, [0x80 | 20]), option(order, 0, [])),
      face(order, 276, 0, option(order, 9, [3]), option(order, 14, offset)),
      block(order, 0x0bad0bad, bytesOf('of no interest')),
      enhanced(order, 0, us, bytesOf('a')),
      enhanced(order, 1, us * 1000n + 999n, bytesOf('bb'), 1500),
      enhanced(order, 2, (us << 20n) / 1_000_000n + 1n, bytesOf('ccc')),
      enhanced(order, 3, us / 1000n, bytesOf('dddd')),
      // The old packet block, and a simple one, cut to the first interface's snap length (none here).
      block(
        order,
        2,
        concat(order.u16(1), order.u16(0), order.u32(0), order.u32(5000), order.u32(1), order.u32(1), [1]),
      ),
      block(order, 3, concat(order.u32(3), [7, 8, 9])),
    );
    const { frames, defect } = readWhole(file);
    assert.equal(defect, undefined);
    assert.deepEqual(
      frames.map((each) => [each.timestampUs, each.linkType, each.data.length, each.originalLength, each.interfaceId]),
      [
        [START_US, 1, 1, 1, 0],
        [START_US, 101, 2, 1500, 1],
        [START_US, 113, 3, 3, 2],
        [Math.floor(START_US / 1000) * 1000 + 9_000_000, 276, 4, 4, 3],
        [5, 101, 1, 1, 1],
        [0, 1, 3, 3, 0],
      ],
    );
  });
}

test('every section of a pcapng file has its own byte order and interfaces', () => {
  const sections = [bigEndian, littleEndian, bigEndian].map((order, index) =>
    concat(section(order), face(order, 1), face(order, 101), enhanced(order, 1, BigInt(index), bytesOf('x'))),
  );
  const { frames, defect } = readWhole(concat(...sections));
  assert.equal(defect, undefined);
  assert.deepEqual(
    frames.map((each) => [each.timestampUs, each.linkType, each.interfaceId]),
    [
      [0, 101, 1],
      [1, 101, 3],
      [2, 101, 5],
    ],
  );
});

const order = littleEndian;
const samples = {
  pcap: pcapFile(two),
  pcapng: concat(
    section(order),
    face(order, 1, 0, option(order, 9, [9])),
    enhanced(order, 0, 5_000n, bytesOf('one')),
    block(order, 5, new Uint8Array(40)),
    enhanced(order, 0, 6_000n, bytesOf('four')),
    section(bigEndian),
    face(bigEndian, 101),
    enhanced(bigEndian, 0, 7n, bytesOf('')),
  ),
};

for (const [name, file] of Object.entries(samples)) {
  const whole = readWhole(file);

  test(`${name}: any split of the file gives the same frames`, () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (sizes) => {
        assert.deepEqual(plain(readWhole(file, sizes).frames), plain(whole.frames));
      }),
    );
    const bytewise = readWhole(file, new Array<number>(file.length).fill(1));
    assert.deepEqual(plain(bytewise.frames), plain(whole.frames));
    assert.equal(bytewise.position, file.length);
  });

  test(`${name}: every prefix gives the frames that are whole, and says that it is cut`, () => {
    let cleanEnds = 0;
    for (let length = 0; length < file.length; length++) {
      const { frames, defect } = readWhole(file.slice(0, length));
      assert.deepEqual(plain(frames), plain(whole.frames.slice(0, frames.length)));
      if (defect === undefined) cleanEnds += 1;
      else assert.equal(defect, length < 4 ? 'not_a_capture_file' : 'truncated_file');
    }
    // Between records a file may end: behind the pcap header and its first record; behind each pcapng block but the last.
    assert.equal(cleanEnds, name === 'pcap' ? 2 : 7);
  });

  test(`${name}: no change of a byte throws, or gives more frames than fit`, () => {
    for (let at = 0; at < file.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff, file[at]! ^ 0x10]) {
        const changed = file.slice();
        changed[at] = value;
        const { frames } = readWhole(changed, [17, 5, 30]);
        assert.ok(frames.length <= file.length / 16);
      }
    }
  });
}

test('random bytes, also behind a good beginning, never throw', () => {
  const beginnings = [
    new Uint8Array(0),
    samples.pcap.subarray(0, 24),
    samples.pcapng.subarray(0, 28),
    samples.pcapng.subarray(0, 60),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 400 }), (beginning, rest) => {
      const { frames } = readWhole(concat(beginning, rest), [3, 50]);
      for (const each of frames) assert.ok(Number.isSafeInteger(each.timestampUs) && each.data.length <= 400);
    }),
    { numRuns: 500 },
  );
});

test('what is no capture file is said to be none', () => {
  for (const text of ['', 'abc', 'SIP/2.0 200 OK', '\x1f\x8b\x08\x00']) {
    assert.deepEqual(readWhole(Uint8Array.from(text, (c) => c.charCodeAt(0))).defects, { not_a_capture_file: 1 });
  }
});

test('a version that is not known stops the reading', () => {
  const pcap = pcapFile(two);
  pcap[4] = 3;
  assert.equal(readWhole(pcap).defect, 'unsupported_version');
  const pcapng = samples.pcapng.slice();
  pcapng[12] = 2;
  assert.equal(readWhole(pcapng).defect, 'unsupported_version');
});

test('a length beyond the bounds stops before any of it is held', () => {
  const pcap = concat(pcapFile(two), order.u32(1), order.u32(0), order.u32(262_145), order.u32(1));
  const longFrame = readWhole(pcap);
  assert.equal(longFrame.defect, 'frame_too_large');
  assert.equal(longFrame.frames.length, 2);
  const pcapng = concat(samples.pcapng.subarray(0, 28), order.u32(6), order.u32(17 * 1024 * 1024), order.u32(0));
  assert.equal(readWhole(pcapng).defect, 'block_too_large');
});

test('a frame of exactly 256 KiB is read, one byte more costs a pcapng file that frame only', () => {
  const largest = new Uint8Array(262_144).fill(1);
  const file = concat(
    section(order),
    face(order, 1),
    enhanced(order, 0, 1n, largest),
    enhanced(order, 0, 2n, new Uint8Array(262_145)),
    enhanced(order, 0, 3n, bytesOf('on')),
  );
  const { frames, defects, defect } = readWhole(file, [1000, 100_000]);
  assert.deepEqual([frames.length, frames[0]?.data.length, defect], [2, 262_144, undefined]);
  assert.deepEqual(defects, { frame_too_large: 1 });
});

test('damaged blocks and options are named', () => {
  const start = concat(section(order), face(order, 1));
  const twoLengths = enhanced(order, 0, 1n, bytesOf('x'));
  twoLengths[twoLengths.length - 4]! += 4;
  const cases: [string, Uint8Array][] = [
    ['bad_block', concat(start, twoLengths)],
    ['bad_block', concat(start, order.u32(6), order.u32(30), new Uint8Array(40))],
    ['bad_block', concat(start, order.u32(9), order.u32(8), new Uint8Array(40))],
    [
      'bad_packet_block',
      concat(start, block(order, 6, concat(new Uint8Array(12), order.u32(5), order.u32(5), [1, 2, 3, 4]))),
    ],
    ['unknown_interface', concat(start, enhanced(order, 1, 1n, bytesOf('x')))],
    ['unknown_interface', concat(section(order), block(order, 3, concat(order.u32(1), [1])))],
    ['bad_timestamp', concat(start, enhanced(order, 0, 1n << 60n, bytesOf('x')))],
    ['bad_option', concat(section(order), face(order, 1, 0, Uint8Array.of(9, 0, 200, 0)))],
    ['bad_option', concat(section(order), face(order, 1, 0, option(order, 9, [1, 2])))],
  ];
  for (const [defect, file] of cases) assert.deepEqual(readWhole(file).defects, { [defect]: 1 });
});

test('more interfaces than 65,536 stop the reading', () => {
  const many = new Uint8Array(20 * 65_537);
  const one = face(order, 1);
  for (let i = 0; i < 65_537; i++) many.set(one, 20 * i);
  const file = new Uint8Array(28 + many.length);
  file.set(section(order), 0);
  file.set(many, 28);
  assert.equal(readWhole(file).defect, 'too_many_interfaces');
});
