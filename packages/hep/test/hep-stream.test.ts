import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createHepStream, encodeHep3, type HepStream } from '../src/index.ts';
import { HEP3, VECTOR_US } from './hep-vectors.ts';

function collect(options: { maxFrameBytes?: number } = {}): { stream: HepStream; frames: Buffer[] } {
  const frames: Buffer[] = [];
  const onFrame = (bytes: Uint8Array, start: number, end: number) => {
    frames.push(Buffer.from(bytes.subarray(start, end)));
  };
  return { stream: createHepStream({ ...options, onFrame }), frames };
}

function frameOf(payload: Uint8Array | string): Buffer {
  return Buffer.from(
    encodeHep3({
      timestampUs: VECTOR_US,
      sourceIp: '192.0.2.1',
      destinationIp: '192.0.2.2',
      sourcePort: 5060,
      destinationPort: 5060,
      payload: Buffer.from(payload as string),
    })!,
  );
}

/** Pushes `bytes` in pieces whose sizes go round `sizes`. */
function pushInPieces(stream: HepStream, bytes: Uint8Array, sizes: readonly number[]): void {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    stream.push(bytes.subarray(at, at + size));
    at += size;
  }
}

const anyFrame = fc
  .oneof(
    { weight: 5, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    // The magic within a message must not mislead.
    { weight: 1, arbitrary: fc.constant(Buffer.concat([HEP3, Buffer.from('EEP3HEP3\0\u0008')])) },
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(60_000, 'HEP3')) },
  )
  .map(frameOf);
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2000 })), { minLength: 1 });

test('any split of a stream gives the same frames', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), sizes, (frames, pieces) => {
      const { stream, frames: seen } = collect();
      pushInPieces(stream, Buffer.concat(frames), pieces);
      assert.deepEqual(seen, frames);
      assert.equal(stream.skippedBytes, 0);
      assert.equal(stream.bufferedBytes, 0);
    }),
    { numRuns: 60 },
  );
});

test('any split of a stream of gzip members gives the same frames', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyFrame, fc.boolean()), { maxLength: 5 }), sizes, (frames, pieces) => {
      const { stream, frames: seen } = collect();
      const wire = frames.map(([frame, zipped]) => (zipped ? gzipSync(frame) : frame));
      pushInPieces(stream, Buffer.concat(wire), pieces);
      assert.deepEqual(
        seen,
        frames.map(([frame]) => frame),
      );
      assert.equal(stream.skippedBytes, 0);
    }),
    { numRuns: 60 },
  );
});

test('garbage between frames is skipped and counted, whatever the split', () => {
  // Letters of no magic, so that the number of skipped bytes is known.
  const garbage = fc.array(fc.constantFrom(0x00, 0x20, 0x41, 0x48, 0x45, 0x50, 0xff), { maxLength: 80 });
  fc.assert(
    fc.property(fc.array(fc.tuple(garbage, anyFrame), { maxLength: 6 }), sizes, (parts, pieces) => {
      const { stream, frames } = collect();
      const wire = Buffer.concat(parts.flatMap(([noise, frame]) => [Buffer.from(noise), frame]));
      pushInPieces(stream, wire, pieces);
      assert.deepEqual(
        frames,
        parts.map(([, frame]) => frame),
      );
      assert.equal(stream.skippedBytes, parts.flatMap(([noise]) => noise).length);
    }),
    { numRuns: 100 },
  );
});

test('out of step, the magic within a message does not begin a frame', () => {
  const { stream, frames } = collect();
  const inner = Buffer.from('xxHEP3\0\u0020not chunks at all, only the letters HEP3');
  stream.push(Buffer.concat([inner, HEP3]));
  assert.deepEqual(frames, [HEP3]);
  assert.equal(stream.skippedBytes, inner.length);
});

test('a change of any single byte costs at most the frames it touches', () => {
  const frames = [frameOf('first'), frameOf('second'), frameOf('third'), frameOf('fourth'), frameOf('fifth')];
  const wire = Buffer.concat(frames);
  for (let at = 0; at < frames[0]!.length; at++) {
    for (const value of [0x00, 0x7f, 0xff, wire[at]! ^ 1]) {
      const changed = Buffer.from(wire);
      changed[at] = value;
      const { stream, frames: seen } = collect();
      // Enough follows that a length which now reaches far is satisfied.
      for (let i = 0; i < 400; i++) stream.push(i === 0 ? changed : wire);
      assert.deepEqual(seen.slice(-5), frames, `byte ${at} = ${value}`);
      assert.ok(stream.bufferedBytes <= 66_561);
    }
  }
});

test('random bytes never throw and never buffer more than the bound', () => {
  const { stream } = collect();
  const seeds = ['HEP3\xff\xff', '\x1f\x8b\x08\0\0\0\0\0\0\0', 'EEP3\0\0', ''].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.uint8Array({ maxLength: 500 }), (seed, rest) => {
      stream.push(Buffer.concat([seed, rest]));
      assert.ok(stream.bufferedBytes <= 66_561);
    }),
    { numRuns: 2000 },
  );
});

test('a gzip member that never ends is given up at the bound, and the frames after it are found', () => {
  const { stream, frames } = collect();
  const endless = gzipSync(Buffer.from(Array.from({ length: 90_000 }, (_, i) => (i * 7919) % 251)), { level: 0 });
  pushInPieces(stream, endless.subarray(0, 70_000), [1460]);
  stream.push(Buffer.concat(Array.from({ length: 10 }, () => HEP3)));
  assert.equal(frames.length, 10);
  assert.equal(stream.skippedBytes, 70_000);
});

test('a frame longer than the limit is skipped as garbage', () => {
  const { stream, frames } = collect({ maxFrameBytes: 1000 });
  const large = frameOf(Buffer.alloc(2000, 'x'));
  stream.push(Buffer.concat([large, HEP3]));
  assert.deepEqual(frames, [HEP3]);
  assert.equal(stream.skippedBytes, large.length);
});
