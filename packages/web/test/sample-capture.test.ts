import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleCapture } from '../src/view/sample-capture.ts';
import { scannedFields } from './scanned-fields.ts';

const NOW_US = 1_795_352_520_000_000;

interface Frame {
  timestampUs: number;
  bytes: Uint8Array;
}

function framesOf(file: Uint8Array): Frame[] {
  const view = new DataView(file.buffer);
  assert.equal(view.getUint32(0, true), 0xa1b2c3d4);
  assert.equal(view.getUint32(20, true), 1);
  const frames: Frame[] = [];
  let at = 24;
  while (at < file.length) {
    const length = view.getUint32(at + 8, true);
    assert.equal(view.getUint32(at + 12, true), length);
    frames.push({
      timestampUs: view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true),
      bytes: file.subarray(at + 16, at + 16 + length),
    });
    at += 16 + length;
  }
  assert.equal(at, file.length);
  return frames;
}

/** RFC 1071: the sum over what a checksum covers, checksum included, is all ones. */
function sum(bytes: Uint8Array, start = 0): number {
  let total = start;
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

test('the sample is a capture file whose frames have valid lengths and checksums', () => {
  for (const { bytes } of framesOf(sampleCapture(NOW_US, 'seed'))) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    assert.equal(view.getUint16(12), 0x0800);
    assert.equal(view.getUint16(16), bytes.length - 14);
    assert.equal(view.getUint16(38), bytes.length - 34);
    assert.equal(sum(bytes.subarray(14, 34)), 0xffff);
    assert.equal(sum(bytes.subarray(34), sum(bytes.subarray(26, 34), 17 + bytes.length - 34)), 0xffff);
  }
});

test('its times are of the last seconds, in order, and none is in the future', () => {
  const times = framesOf(sampleCapture(NOW_US, 'seed')).map((frame) => frame.timestampUs);
  assert.equal(times.length, 22);
  assert.ok(times.every((time) => time <= NOW_US && time > NOW_US - 30_000_000));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});

test('our own scanner finds nothing wrong with any of its messages, and two calls in them', () => {
  const messages = framesOf(sampleCapture(NOW_US, 'seed')).map((frame) => scannedFields(frame.bytes.subarray(42)));
  assert.deepEqual(
    messages.flatMap((message) => message.defects),
    [],
  );
  assert.equal(new Set(messages.map((message) => message.callId)).size, 2);
  assert.ok(messages.some((message) => message.responseCode === 503));
});

test('each hop is a transaction of its own: the SBC puts its Via on top of the phone’s', () => {
  const texts = framesOf(sampleCapture(NOW_US, 'seed')).map((frame) =>
    new TextDecoder().decode(frame.bytes.subarray(42)),
  );
  const vias = texts.map((text) => text.match(/^Via: /gm)?.length);
  assert.deepEqual(new Set(vias), new Set([1, 2]));
  const branches = new Set(
    texts.filter((text) => text.startsWith('INVITE')).map((text) => /branch=([^\r;]+)/.exec(text)?.[1]),
  );
  assert.equal(branches.size, 4);
});
