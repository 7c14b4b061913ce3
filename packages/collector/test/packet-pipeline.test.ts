import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedPacket, defectBit, defectNames, emptyPacket, Field, type MessageSink } from '@calliope/model';
import { createPacketPipeline, emptyCounters, Taken } from '../src/index.ts';
import { optionsRequest } from './hep-senders.ts';

interface Appended {
  text: string;
  payloadType: number;
  callId: string | undefined;
  defects: string[] | undefined;
  node: string;
}

function pipelineWith(options: { maxPendingMessages?: number } = {}) {
  const appended: Appended[] = [];
  const sink: MessageSink = {
    append(packet, fields, node) {
      const callId = fields?.bytes.subarray(fields.at[2 * Field.CALL_ID], fields.at[2 * Field.CALL_ID + 1]);
      appended.push({
        text: Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1'),
        payloadType: packet.payloadType,
        callId: callId && Buffer.from(callId).toString(),
        defects: fields && defectNames(fields.defects),
        node,
      });
    },
    get pending() {
      return appended.length;
    },
    flush() {},
  };
  const counters = emptyCounters();
  return { pipeline: createPacketPipeline({ sink, nodeName: 'here', counters, ...options }), appended, counters };
}

/** The payload lies within a larger array, as in a receive buffer. */
function packetOf(payload: string, payloadType = 1): CapturedPacket {
  const bytes = Buffer.from(`....${payload}....`, 'latin1');
  return { ...emptyPacket(), payloadType, payload: bytes, payloadStart: 4, payloadEnd: bytes.length - 4 };
}

test('SIP is scanned and appended, CRLFs before it left out', () => {
  const { pipeline, appended, counters } = pipelineWith();
  const text = optionsRequest('c1');
  assert.equal(pipeline.take(packetOf(text), 0), Taken.SIP);
  assert.equal(pipeline.take(packetOf(`\r\n\r\n${text}`), 0), Taken.SIP);
  assert.deepEqual(appended[0], { text, payloadType: 1, callId: 'c1', defects: [], node: 'here' });
  assert.deepEqual(appended[1], appended[0]);
  assert.deepEqual(counters, { ...emptyCounters(), received: 2, appended: 2 });
});

test('what the decoder found is set on the message', () => {
  const { pipeline, appended } = pipelineWith();
  pipeline.take(packetOf(optionsRequest()), defectBit('bad_timestamp'));
  pipeline.take(packetOf(optionsRequest()), 0);
  assert.deepEqual(
    appended.map(({ defects }) => defects),
    [['bad_timestamp'], []],
  );
});

test('keep-alives are counted, not stored', () => {
  const { pipeline, appended, counters } = pipelineWith();
  for (const payload of ['', '\r\n', '\r\n\r\n', '\0', '\0\0\0\0', ' \t\n']) {
    assert.equal(pipeline.take(packetOf(payload), 0), Taken.KEEP_ALIVE);
  }
  assert.equal(pipeline.take(packetOf('', 0), 0), Taken.KEEP_ALIVE);
  assert.deepEqual(appended, []);
  assert.deepEqual(counters, { ...emptyCounters(), keepAlives: 7 });
});

test('payload type SIP that is none is stored, and says so', () => {
  const { pipeline, appended } = pipelineWith();
  assert.equal(pipeline.take(packetOf('hello'), 0), Taken.NOT_SIP);
  assert.deepEqual(appended[0], { text: 'hello', payloadType: 1, callId: '', defects: ['not_sip'], node: 'here' });
});

test('other payload types are stored as they are, empty ones too', () => {
  const { pipeline, appended } = pipelineWith();
  assert.equal(pipeline.take(packetOf('{"ssrc":1}', 5), 0), Taken.OTHER);
  assert.equal(pipeline.take(packetOf('', 96), 0), Taken.OTHER);
  assert.equal(pipeline.take(packetOf(optionsRequest(), 100), 0), Taken.OTHER);
  assert.deepEqual(
    appended.map(({ callId }) => callId),
    [undefined, undefined, undefined],
  );
});

test('a payload without a type is SIP when it reads so', () => {
  const { pipeline, appended } = pipelineWith();
  assert.equal(pipeline.take(packetOf(optionsRequest('c2'), 0), 0), Taken.SIP);
  assert.equal(pipeline.take(packetOf('hello', 0), 0), Taken.OTHER);
  assert.deepEqual(
    appended.map(({ payloadType, callId }) => [payloadType, callId]),
    [
      [1, 'c2'],
      [0, undefined],
    ],
  );
});

test('drops, counted, what a sink has no room for', () => {
  const { pipeline, appended, counters } = pipelineWith({ maxPendingMessages: 2 });
  for (let i = 0; i < 5; i++) pipeline.accept(packetOf(optionsRequest()));
  assert.equal(appended.length, 2);
  assert.deepEqual(counters, { ...emptyCounters(), received: 5, appended: 2, droppedQueue: 3 });
});
