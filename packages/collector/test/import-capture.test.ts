import assert from 'node:assert/strict';
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeHep1, encodeHep2, type HepFields } from '@calliope/hep';
import type { ImportResponse } from '@calliope/model';
import fc from 'fast-check';
import {
  type BatchDelivery,
  DEFAULT_DUPLICATES,
  type ImportCaptureOptions,
  importCapture,
  type SinkFactory,
} from '../src/index.ts';
import { CAPTURE_US, makeCapture } from './capture-maker.ts';
import { createFileSink, readBatch, type StoredMessage } from './file-sink.ts';
import { hepFrame, optionsRequest } from './hep-senders.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'calliope-import-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function imported(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: Partial<ImportCaptureOptions> = {},
): Promise<{ answer: ImportResponse; stored: StoredMessage[]; batches: number }> {
  const stored: StoredMessage[] = [];
  let batches = 0;
  const deliver: BatchDelivery = (batch, onSettled) => {
    batches++;
    stored.push(...readBatch(batch));
    setImmediate(onSettled, 'stored');
  };
  const createSink: SinkFactory = (events) => createFileSink(directory, 'import', events);
  async function* source() {
    yield* chunks;
  }
  const answer = await importCapture(source(), { createSink, deliver, nodeName: 'trace.pcap', ...options });
  return { answer, stored, batches };
}

const response = (callId: string) => optionsRequest(callId).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
const callIdsOf = (stored: StoredMessage[]) => stored.map(({ callId }) => callId);

test('finds SIP over UDP at any port, and passes over what is none', async () => {
  const capture = makeCapture()
    .udp(optionsRequest('a'))
    .udp(Buffer.from('80000001000000a0deadbeef', 'hex'), { sourcePort: 40000, destinationPort: 40002 })
    .udp(response('a'), { sourcePort: 33333, destinationPort: 7777 })
    .udp('\r\n\r\n')
    .udp('GET / HTTP/1.1\r\n\r\n')
    .udp(optionsRequest('b'), { source: '2001:db8::1', destination: '2001:db8::2' })
    .udp(optionsRequest('c').padEnd(4000, 'x'))
    .bytes();
  const { answer, stored } = await imported([capture]);
  assert.deepEqual(answer, {
    messages: 4,
    frames: 9,
    otherMessages: 0,
    duplicates: 0,
    defects: {},
    firstUs: CAPTURE_US,
    lastUs: CAPTURE_US + 8000,
  });
  assert.deepEqual(callIdsOf(stored), ['a', 'a', 'b', 'c']);
  assert.deepEqual(
    stored.map(({ responseCode, source, node }) => [responseCode, source, node]),
    [
      [0, '192.0.2.1 5060', 'trace.pcap'],
      [200, '192.0.2.1 33333', 'trace.pcap'],
      [0, '2001:db8::1 5060', 'trace.pcap'],
      [0, '192.0.2.1 5060', 'trace.pcap'],
    ],
  );
});

test('finds SIP over SCTP', async () => {
  const { stored } = await imported([makeCapture().sctp(optionsRequest('s')).bytes()]);
  assert.deepEqual(callIdsOf(stored), ['s']);
});

test('finds the messages of a TCP stream however it is cut, each at the time of its first byte', async () => {
  const wire = ['\r\n\r\n', optionsRequest('a'), optionsRequest('b'), '\r\n', response('c')].join('');
  const { answer, stored } = await imported([
    makeCapture()
      .tcp([wire.slice(0, 7), wire.slice(7, 300), wire.slice(300)], { sourcePort: 40_000 })
      .bytes(),
  ]);
  assert.equal(answer.messages, 3);
  assert.deepEqual(
    stored.map(({ callId, timestampUs }) => [callId, timestampUs - CAPTURE_US]),
    [
      ['a', 1000],
      ['b', 2000],
      ['c', 3000],
    ],
  );
});

test('many connections at the same time, and directions of one, do not mix', async () => {
  const maker = makeCapture();
  for (let i = 0; i < 20; i++) {
    const request = optionsRequest(`q${i}`);
    maker.tcp([request.slice(0, 100), request.slice(100)], { sourcePort: 30_000 + i });
    maker.tcp([response(`r${i}`)], {
      source: '192.0.2.2',
      destination: '192.0.2.1',
      destinationPort: 30_000 + i,
    });
  }
  const { stored } = await imported([maker.bytes()]);
  assert.deepEqual(
    new Set(callIdsOf(stored)),
    new Set(Array.from({ length: 20 }, (_, i) => [`q${i}`, `r${i}`]).flat()),
  );
});

test('goes on after lost segments, and joins a connection in its middle', async () => {
  const pieces = ['a', 'b', 'c', 'd'].map((id) => optionsRequest(id));
  const lost = await imported([makeCapture().tcp(pieces, { omit: 1 }).bytes()]);
  assert.deepEqual(callIdsOf(lost.stored), ['a', 'c', 'd']);
  assert.equal(lost.answer.defects.tcp_gap, 1);
  const [whole, ...rest] = pieces;
  const joined = await imported([
    makeCapture()
      .tcp([whole!.slice(150), ...rest], { withoutSyn: true })
      .bytes(),
  ]);
  assert.deepEqual(callIdsOf(joined.stored), ['b', 'c', 'd']);
});

test('passes over TCP that is no SIP', async () => {
  const { answer } = await imported([
    makeCapture()
      .tcp(['GET / HTTP/1.1\r\n', 'Host: x\r\n\r\n'], { destinationPort: 80 })
      .tcp([Buffer.alloc(9000, 0x16), 'more'], { destinationPort: 5061 })
      .bytes(),
  ]);
  assert.equal(answer.messages + answer.otherMessages, 0);
});

test('copies of a packet in HEP of several agents are stored once, whatever is in other files', async () => {
  const text = optionsRequest('d');
  const seen = (ms: number, captureId: number, source = '192.0.2.1') =>
    [hepFrame(text, { captureId, timestampUs: CAPTURE_US + ms * 1000 }), { source, destinationPort: 9060 }] as const;
  const capture = makeCapture()
    .udp(...seen(0, 1))
    .udp(...seen(2, 2))
    .udp(...seen(3, 2, '192.0.2.9'))
    .udp(...seen(500, 1))
    .udp(...seen(501, 2))
    // Not in HEP there is one observer: what is in the capture twice was sent twice.
    .udp(text)
    .udp(text)
    .bytes();
  for (let again = 0; again < 2; again++) {
    const { answer } = await imported([capture], { duplicates: DEFAULT_DUPLICATES });
    assert.deepEqual([answer.messages, answer.duplicates, answer.frames], [4, 3, 7]);
  }
  for (const duplicates of [undefined, { ...DEFAULT_DUPLICATES, windowMs: 0 }]) {
    const { answer } = await imported([capture], duplicates ? { duplicates } : {});
    assert.deepEqual([answer.messages, answer.duplicates], [7, 0]);
  }
});

test('unwraps HEP 3 at any port, with its inner addresses, times and node', async () => {
  const inner = { timestampUs: CAPTURE_US - 5e6, sourceIp: '198.51.100.9', sourcePort: 5070, nodeName: 'edge' };
  const { answer, stored } = await imported([
    makeCapture()
      .udp(hepFrame(optionsRequest('h'), inner), { destinationPort: 9999 })
      .udp(hepFrame('{"ssrc":1}', { ...inner, payloadType: 5, correlationId: 'h' }), { destinationPort: 9060 })
      .tcp([Buffer.concat([hepFrame(optionsRequest('t'), inner), hepFrame('\r\n', inner)])], { destinationPort: 9060 })
      .tcp([gzipSync(hepFrame(optionsRequest('z'), inner))], { destinationPort: 9060 })
      .udp(hepFrame().subarray(0, 60))
      .bytes(),
  ]);
  assert.equal(answer.messages, 3);
  assert.equal(answer.otherMessages, 1);
  assert.deepEqual(answer.defects, { hep_truncated: 1 });
  assert.deepEqual(callIdsOf(stored), ['h', '', 't', 'z']);
  for (const message of stored) {
    assert.equal(message.source, '198.51.100.9 5070');
    assert.equal(message.node, 'edge');
    assert.equal(message.timestampUs, CAPTURE_US - 5e6);
  }
});

test('unwraps HEP 1 and 2 where they are expected or unmistakable', async () => {
  const fields: HepFields = {
    timestampUs: CAPTURE_US - 1e6,
    sourceIp: '198.51.100.9',
    destinationIp: '198.51.100.10',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: Buffer.from(optionsRequest('v')),
    captureId: 7,
  };
  const { stored } = await imported([
    makeCapture()
      .udp(encodeHep2(fields), { destinationPort: 9060 })
      .udp(encodeHep1(fields), { destinationPort: 9999 })
      .udp(encodeHep2({ ...fields, payload: Buffer.from('no SIP') }), { destinationPort: 9999 })
      .udp(encodeHep2({ ...fields, payload: Buffer.from('no SIP') }), { destinationPort: 9061 })
      .bytes(),
  ]);
  assert.deepEqual(
    stored.map(({ callId, timestampUs, defects }) => [callId, timestampUs - CAPTURE_US, defects]),
    [
      ['v', -1e6, []],
      ['v', 1000, []],
      ['', -1e6, ['not_sip']],
    ],
  );
});

test('reads gzip, and what there is of it when it is cut', async () => {
  const maker = makeCapture();
  for (let i = 0; i < 500; i++) maker.udp(optionsRequest(`${i}-${Math.sin(i)}`));
  const zipped = gzipSync(maker.bytes());
  const whole = await imported([zipped.subarray(0, 1), zipped.subarray(1, 30), zipped.subarray(30)]);
  assert.equal(whole.answer.messages, 500);
  assert.deepEqual(whole.answer.defects, {});
  const cut = await imported([zipped.subarray(0, zipped.length / 2)]);
  assert.ok(cut.answer.messages > 50 && cut.answer.messages < 500);
  assert.equal(cut.answer.defects.broken_gzip, 1);
});

test('the same file in any chunks gives the same messages', async () => {
  const capture = makeCapture()
    .udp(optionsRequest('a'))
    .tcp([optionsRequest('b').slice(0, 50), optionsRequest('b').slice(50)])
    .udp(hepFrame(optionsRequest('c')), { destinationPort: 9060 })
    .bytes();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
      const chunks: Buffer[] = [];
      for (let at = 0, i = 0; at < capture.length; i++) {
        const size = sizes[i % sizes.length]!;
        chunks.push(capture.subarray(at, at + size));
        at += size;
      }
      const { stored } = await imported(chunks);
      assert.deepEqual(callIdsOf(stored).sort(), ['a', 'b', 'c']);
    }),
    { numRuns: 20 },
  );
});

test('what is no capture is a defect', async () => {
  for (const chunks of [[], [Buffer.from('x')], [Buffer.from('no capture at all')], [gzipSync('nor this')]]) {
    const { answer } = await imported(chunks);
    assert.equal(answer.frames, 0);
    assert.equal(answer.defects.not_a_capture_file, 1);
    assert.equal(answer.firstUs, null);
  }
});

test('a file cut in its middle gives what is whole', async () => {
  const capture = makeCapture().udp(optionsRequest('a')).udp(optionsRequest('b')).bytes();
  const { answer, stored } = await imported([capture.subarray(0, -10)]);
  assert.deepEqual(callIdsOf(stored), ['a']);
  assert.equal(answer.defects.truncated_file, 1);
});

test('stops at the bound of bytes, and says so', async () => {
  const maker = makeCapture();
  for (let i = 0; i < 100; i++) maker.udp(optionsRequest(`${i}`));
  const capture = maker.bytes();
  const { answer } = await imported([gzipSync(capture)], { maxBytes: capture.length / 2 });
  assert.ok(answer.messages >= 40 && answer.messages <= 50);
  assert.equal(answer.defects.capture_too_large, 1);
  const fits = await imported([capture], { maxBytes: capture.length });
  assert.equal(fits.answer.messages, 100);
  assert.deepEqual(fits.answer.defects, {});
});

test('a frame without a time is stored at the present, and flagged', async () => {
  const { stored } = await imported([makeCapture().withoutTime().udp(optionsRequest('a')).bytes()], {
    clock: { nowUs: () => 42e15 },
  });
  assert.equal(stored[0]!.timestampUs, 42e15);
  assert.deepEqual(stored[0]!.defects, ['bad_timestamp']);
});

test('closes batches on the way, tells how far it is, and can be ended', async () => {
  const maker = makeCapture();
  for (let i = 0; i < 2000; i++) maker.udp(optionsRequest(`${i}`));
  const capture = maker.bytes();
  const progress: number[] = [];
  const { batches, stored } = await imported([capture], {
    batchMessages: 300,
    onProgress: ({ messages }) => progress.push(messages),
  });
  assert.equal(batches, 7);
  assert.equal(stored.length, 2000);
  assert.equal(progress.at(-1), 2000);
  assert.ok(progress.length > 1);
  const controller = new AbortController();
  await assert.rejects(imported([capture], { signal: controller.signal, onProgress: () => controller.abort() }), {
    name: 'AbortError',
  });
});

test('an error of the source is thrown, compressed or not', async () => {
  const capture = makeCapture().udp(optionsRequest('a')).bytes();
  for (const bytes of [capture, gzipSync(capture)]) {
    async function* broken() {
      yield bytes.subarray(0, 20);
      throw new Error('the upload was cut');
    }
    await assert.rejects(imported(broken()), /the upload was cut/);
  }
});

test('answers when all is stored, and says what was not', async () => {
  const capture = makeCapture().udp(optionsRequest('a')).udp(optionsRequest('b')).udp(optionsRequest('c')).bytes();
  const outcomes = ['stored', 'dropped', 'rejected'] as const;
  let batch = 0;
  let settled = 0;
  const { answer } = await imported([capture], {
    batchMessages: 1,
    deliver: (_, onSettled) => {
      const outcome = outcomes[batch++]!;
      setTimeout(() => {
        settled++;
        onSettled(outcome);
      }, 5);
    },
  });
  assert.equal(settled, 3);
  assert.equal(answer.messages, 1);
  assert.deepEqual(answer.defects, { not_stored: 2 });
  const waiting = await imported([capture], { deliver: () => {}, settleMs: 1 });
  assert.deepEqual(waiting.answer.defects, { not_yet_stored: 3 });
  const full = await imported([capture], {
    createSink: (events) => createFileSink(join(directory, 'absent'), 'x', events),
  });
  assert.equal(full.answer.messages, 0);
  assert.deepEqual(full.answer.defects, { not_stored: 3 });
});

test('random frames never throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), async (payloads) => {
      const maker = makeCapture();
      for (const [i, payload] of payloads.entries()) {
        if (i % 2) maker.udp(payload, { destinationPort: 9060 });
        else maker.tcp([payload.subarray(0, 5), payload.subarray(5)], { destinationPort: i % 4 ? 9060 : 5060 });
      }
      await imported([maker.bytes()]);
    }),
    { numRuns: 60 },
  );
});

const fixtures = join(
  process.env.CALLIOPE_FIXTURES ?? join(import.meta.dirname, '../../../../shared/fixtures'),
  'pcap',
);
const skip = existsSync(fixtures) ? false : `no captures at ${fixtures}: set CALLIOPE_FIXTURES`;

/** Counted with tshark, but for what is within HEP. */
const PUBLIC: Record<string, [messages: number, others: number]> = {
  'DTMFsipinfo.pcap': [32, 0],
  'b2bua-asterisk.pcapng': [60, 0],
  'codec-negotiation.pcap': [10, 0],
  'hep3.pcap': [6, 2],
  'register-invite-reinvite-bye.pcap': [12, 0],
  'sip-auth-failure.pcapng': [8, 0],
  'sip-over-tcp.pcap': [7, 0],
  'sip-proxy.pcap': [11, 0],
  'sip-register.pcap': [2, 0],
  'sip-rtp-g711.pcap': [10, 0],
  'sip-rtp-g729a.pcap': [6, 0],
};

test('public captures give as many messages as they hold', { skip }, async () => {
  for (const [name, counts] of Object.entries(PUBLIC)) {
    const { answer, stored } = await imported(createReadStream(join(fixtures, name)));
    assert.deepEqual([answer.messages, answer.otherMessages], counts, name);
    assert.deepEqual(answer.defects, {}, name);
    assert.equal(stored.length, counts[0] + counts[1]);
  }
});
