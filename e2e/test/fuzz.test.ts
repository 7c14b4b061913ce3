// Every decoder against the public captures and torture messages: every prefix, every byte changed, and random bytes. It must end, not throw,
// and leave no memory behind.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type CaptureFrame, createCaptureFileReader, createFrameDissector } from '@calliope/frames';
import { createHepStream, decodeHep } from '@calliope/hep';
import { emptyFields, emptyPacket } from '@calliope/model';
import { compileQuery } from '@calliope/query';
import { createSipStream, parseSip, scanSip, sdpSummary } from '@calliope/sip';

const FIXTURES = process.env.CALLIOPE_FIXTURES ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));
const skip = existsSync(FIXTURES) ? false : `needs the public fixtures in ${FIXTURES} (CALLIOPE_FIXTURES)`;
const captures = skip
  ? []
  : readdirSync(join(FIXTURES, 'pcap')).map((name) => readFileSync(join(FIXTURES, 'pcap', name)));
const torture = skip
  ? []
  : readdirSync(join(FIXTURES, 'rfc4475')).map((name) => readFileSync(join(FIXTURES, 'rfc4475', name)));
/** What a changed byte becomes: the ends of the range, one bit flipped, and what has a meaning in text. */
const SUBSTITUTES = [0x00, 0xff, 0x0a, 0x20, 0x22, 0x3b, 0x3c, 0x2c];

function framesOf(file: Uint8Array): CaptureFrame[] {
  const reader = createCaptureFileReader();
  return reader.push(file).map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) }));
}

/** Calls `decode` with every prefix and every single-byte change of `bytes`. */
function torment(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => void,
  substitutes: readonly number[] = SUBSTITUTES,
): number {
  let times = 0;
  for (let length = 0; length <= bytes.length; length++) {
    decode(bytes.subarray(0, length));
    times++;
  }
  const changed = Uint8Array.from(bytes);
  for (let at = 0; at < bytes.length; at++) {
    for (const substitute of [...substitutes, bytes[at]! ^ 0x01, bytes[at]! ^ 0x80]) {
      changed[at] = substitute;
      decode(changed);
      times++;
    }
    changed[at] = bytes[at]!;
  }
  return times;
}

// Without a collection the measure would be of garbage, which is as much as the collector likes.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of heap and buffers that are really held. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Compiled code, feedback and the decoders' own bounded tables; a leak of a hundred bytes a call would be several times this. */
const MAX_GROWTH_BYTES = 16 * 1024 * 1024;

function decoderTest(name: string, work: () => number): void {
  test(`${name}: never throws, ends, and holds no memory`, { skip }, () => {
    const before = heldBytes();
    assert.ok(work() > 1000);
    const growth = heldBytes() - before;
    assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes are held`);
  });
}

decoderTest('SIP, in place and whole', () => {
  const fields = emptyFields();
  return torture.reduce(
    (sum, message) =>
      sum +
      torment(message, (bytes) => {
        scanSip(bytes, 0, bytes.length, fields);
        for (let i = 0; i < fields.at.length; i++) assert.ok(fields.at[i]! >= 0 && fields.at[i]! <= bytes.length);
      }),
    0,
  );
});

decoderTest('SIP parsed for display, with its SDP', () =>
  torture.reduce(
    (sum, message) => sum + torment(message, (bytes) => void sdpSummary(parseSip(bytes)), [0x00, 0x3c]),
    0,
  ),
);

decoderTest('SIP in a stream', () => {
  let messages = 0;
  const times = torture.reduce((sum, message) => {
    const decode = (bytes: Uint8Array) => {
      const stream = createSipStream(() => messages++);
      stream.push(bytes, 0);
      stream.push(message, 1);
      stream.end();
    };
    return sum + torment(message, decode, [0x0a]);
  }, 0);
  assert.ok(messages > 0);
  return times;
});

decoderTest('frames of every capture', () => {
  let seen = 0;
  let times = 0;
  const dissector = createFrameDissector({}, { datagram: () => seen++, stream: () => seen++ });
  for (const frame of captures.flatMap((file) => framesOf(file).slice(0, 40))) {
    const head = frame.data.subarray(0, 400);
    times += torment(head, (data) => dissector.accept({ ...frame, data }), [0x00, 0xff]);
  }
  dissector.flush();
  assert.ok(seen > 0);
  return times;
});

decoderTest('capture files', () =>
  captures.reduce((sum, file) => {
    const decode = (bytes: Uint8Array) => {
      const reader = createCaptureFileReader();
      reader.push(bytes);
      reader.end();
    };
    return sum + torment(file.subarray(0, 2000), decode, [0x00, 0xff]);
  }, 0),
);

decoderTest('HEP, as datagrams and as a stream', () => {
  const packet = emptyPacket();
  let times = 0;
  const hepFrames = framesOf(readFileSync(join(FIXTURES, 'pcap', 'hep3.pcap')));
  for (const { data } of hepFrames) {
    const hep = data.subarray(Buffer.from(data).indexOf('HEP3'));
    const every = Array.from({ length: 256 }, (_, value) => value);
    times += torment(hep, (bytes) => void decodeHep(bytes, 0, bytes.length, packet, 1_700_000_000_000_000), every);
    const stream = createHepStream({ onFrame: () => {} });
    times += torment(hep, (bytes) => stream.push(bytes), [0x00, 0xff]);
  }
  return times;
});

decoderTest('random bytes, into everything', () => {
  const packet = emptyPacket();
  const fields = emptyFields();
  const dissector = createFrameDissector({}, {});
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  let times = 0;
  for (; times < 20_000; times++) {
    const bytes = Uint8Array.from({ length: random() % 300 }, () => random() & 0xff);
    // Half of them begin as the real thing does.
    if (times % 2)
      bytes.set(
        Buffer.from(['HEP3', '\x02\x10\x02\x11', 'SIP/2.0 2', 'INVITE s'][random() % 4]!, 'latin1').subarray(
          0,
          bytes.length,
        ),
      );
    decodeHep(bytes, 0, bytes.length, packet, 1_700_000_000_000_000);
    scanSip(bytes, 0, bytes.length, fields);
    parseSip(bytes);
    for (const linkType of [0, 1, 101, 113, 276]) {
      dissector.accept({ timestampUs: times, linkType, data: bytes, originalLength: bytes.length, interfaceId: 0 });
    }
    compileQuery(Buffer.from(bytes).toString('latin1'), { of: 'messages', nowUs: 0, timeZone: 'UTC' });
  }
  return times;
});
