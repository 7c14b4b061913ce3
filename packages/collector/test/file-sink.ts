import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defectNames, Field, formatAddress, type MessageSink, type SpoolBatch } from '@calliope/model';
import type { SinkEvents } from '../src/index.ts';

/** What the tests read back of a stored message. */
export interface StoredMessage {
  timestampUs: number;
  node: string;
  source: string;
  payloadType: number;
  payload: string;
  callId: string;
  method: string;
  responseCode: number;
  correlationId: string;
  isSip: boolean;
  defects: string[];
}

let lastId = 0;

/** A sink that writes batches of JSON lines, as the store's writes rows: `<id>.<messages>.batch`, complete when it has that name. */
export function createFileSink(directory: string, name: string, events: SinkEvents, maxMessages = 1e6): MessageSink {
  let lines: string[] = [];
  const sink: MessageSink = {
    append(packet, fields, receivedNode) {
      const head = (start: number, end: number) => Buffer.from(packet.head.subarray(start, end)).toString();
      const at = (slot: number) =>
        fields ? Buffer.from(fields.bytes.subarray(fields.at[2 * slot], fields.at[2 * slot + 1])).toString() : '';
      const message: StoredMessage = {
        timestampUs: packet.timestampUs,
        node: head(packet.nodeStart, packet.nodeEnd) || String(packet.captureId || receivedNode),
        source: `${formatAddress(packet.head, packet.sourceAt, packet.ipVersion)} ${packet.sourcePort}`,
        payloadType: packet.payloadType,
        payload: Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1'),
        callId: at(Field.CALL_ID),
        method: at(Field.METHOD),
        responseCode: fields?.responseCode ?? 0,
        correlationId: head(packet.correlationStart, packet.correlationEnd),
        isSip: fields !== undefined,
        defects: defectNames(fields?.defects ?? 0),
      };
      lines.push(JSON.stringify(message));
      if (lines.length >= maxMessages) sink.flush();
    },
    get pending() {
      return lines.length;
    },
    flush() {
      if (lines.length === 0) return;
      const messages = lines.length;
      const text = lines.join('\n');
      lines = [];
      const id = `${name}-${process.pid}-${Date.now()}-${lastId++}`;
      const path = join(directory, `${id}.${messages}.batch`);
      try {
        writeFileSync(`${path}.tmp`, text);
        renameSync(`${path}.tmp`, path);
      } catch (error) {
        events.onLost(messages, error as Error);
        return;
      }
      events.onBatch({ id, path, messages, bytes: Buffer.byteLength(text) });
    },
  };
  return sink;
}

export function readBatch(batch: SpoolBatch): StoredMessage[] {
  return readFileSync(batch.path, 'utf8')
    .split('\n')
    .map((line) => JSON.parse(line));
}
