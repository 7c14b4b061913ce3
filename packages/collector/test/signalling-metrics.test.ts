import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyFields, emptyPacket, parseAddress } from '@calliope/model';
import { scanSip } from '@calliope/sip';
import fc from 'fast-check';
import { createSignallingMetrics } from '../src/signalling-metrics.ts';
import type { SignallingDelaysOptions } from '../src/signalling-metrics-delays.ts';
import { SIGNALLING_METHODS, signallingMethod } from '../src/signalling-metrics-methods.ts';
import { DELAY_BOUNDS } from '../src/signalling-metrics-report.ts';

const CALLER = '192.0.2.1';
const SERVER = '198.51.100.9';
const fields = emptyFields();

/** Metrics that are given messages as text. */
function listening(options: SignallingDelaysOptions = {}) {
  let nowMs = 0;
  const metrics = createSignallingMetrics(options, () => nowMs);
  const say = (seconds: number, from: string, to: string, text: string): void => {
    const payload = new TextEncoder().encode(text);
    const packet = emptyPacket();
    const [source, destination] = [parseAddress(from)!, parseAddress(to)!];
    packet.ipVersion = source.ipVersion;
    const skip = source.ipVersion === 4 ? 12 : 0;
    packet.head = Uint8Array.from([...source.bytes.subarray(skip), ...destination.bytes.subarray(skip)]);
    packet.destinationAt = packet.head.length / 2;
    packet.timestampUs = 1_790_000_000_000_000 + Math.round(seconds * 1e6);
    assert.equal(scanSip(payload, 0, payload.length, fields), true);
    metrics.observe(packet, fields);
  };
  return {
    metrics,
    ask: (seconds: number, method: string, callId: string, { to = SERVER, from = CALLER, toTag = '' } = {}) =>
      say(seconds, from, to, message(`${method} sip:bob@example.net SIP/2.0`, method, callId, toTag)),
    answer: (seconds: number, code: number, method: string, callId: string, { from = SERVER, to = CALLER } = {}) =>
      say(seconds, from, to, message(`SIP/2.0 ${code} Whatever`, method, callId, ';tag=b')),
    minuteLater: () => {
      nowMs += 60_000;
      return metrics.report();
    },
  };
}

function message(startLine: string, method: string, callId: string, toTag: string): string {
  return `${startLine}\r\nVia: SIP/2.0/UDP ${CALLER};branch=z9hG4bKx\r\nFrom: <sip:a@example.net>;tag=a\r\nTo: <sip:b@example.net>${toTag}\r\nCall-ID: ${callId}\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;
}

/** Index of the bucket that a delay belongs to. */
const bucketOf = (seconds: number): number => {
  const i = DELAY_BOUNDS.findIndex((bound) => seconds <= bound);
  return i < 0 ? DELAY_BOUNDS.length : i;
};
const oneIn = (seconds: number): number[] =>
  Array.from({ length: DELAY_BOUNDS.length + 1 }, (_, i) => (i === bucketOf(seconds) ? 1 : 0));

test('methods are known by their exact name, in place', () => {
  for (const [i, method] of SIGNALLING_METHODS.entries()) {
    const bytes = new TextEncoder().encode(`xx${method}yy`);
    assert.equal(signallingMethod(bytes, 2, bytes.length - 2), i, method);
  }
  for (const method of ['', 'invite', 'INVITES', 'INVITED', 'BYF', 'ACKA', 'SUBSCRIBER', 'I']) {
    const bytes = new TextEncoder().encode(method);
    assert.equal(signallingMethod(bytes, 0, bytes.length), 0, method);
  }
});

test('requests are counted by method, responses by method, class and code', () => {
  const { metrics, ask, answer } = listening();
  ask(0, 'INVITE', 'c');
  ask(0, 'INVITE', 'c', { toTag: ';tag=b' });
  ask(0, 'JUMP', 'c');
  answer(0, 100, 'INVITE', 'c');
  answer(0, 183, 'INVITE', 'c');
  answer(0, 503, 'OPTIONS', 'o');
  answer(0, 699, 'JUMP', 'o');
  const { requests, responses, codes } = metrics.report();
  assert.deepEqual(requests, { INVITE: 2, other: 1 });
  assert.deepEqual(responses, { other: { '6xx': 1 }, INVITE: { '1xx': 2 }, OPTIONS: { '5xx': 1 } });
  assert.deepEqual(codes, { 100: 1, 183: 1, 503: 1, 699: 1 });
});

test('a session request delay reaches to the first answer that says something, by who answered', () => {
  const { metrics, ask, answer } = listening();
  ask(0, 'INVITE', 'rings');
  answer(0.1, 100, 'INVITE', 'rings');
  answer(1.2, 180, 'INVITE', 'rings');
  answer(9, 200, 'INVITE', 'rings');
  assert.deepEqual(metrics.report().delays, [{ kind: 'session', target: SERVER, counts: oneIn(1.2), sumSeconds: 1.2 }]);
});

test('a challenge is no end, a refusal is a delay of its own kind', () => {
  const { metrics, ask, answer } = listening();
  ask(0, 'INVITE', 'busy');
  answer(0.02, 407, 'INVITE', 'busy');
  ask(0.1, 'INVITE', 'busy');
  answer(0.4, 486, 'INVITE', 'busy');
  const [delay, ...rest] = metrics.report().delays;
  assert.deepEqual(rest, []);
  assert.equal(delay!.kind, 'session_failed');
  assert.deepEqual(delay!.counts, oneIn(0.4));
});

test('a registration takes from its first REGISTER to its 2xx; one that fails has no delay', () => {
  const { metrics, ask, answer } = listening();
  ask(0, 'REGISTER', 'r');
  answer(0.01, 100, 'REGISTER', 'r');
  answer(0.02, 401, 'REGISTER', 'r');
  ask(0.03, 'REGISTER', 'r');
  answer(0.06, 200, 'REGISTER', 'r');
  ask(10, 'REGISTER', 'wrong');
  answer(10.1, 403, 'REGISTER', 'wrong');
  // The same Call-ID again an hour later is another registration.
  ask(3600, 'REGISTER', 'r');
  answer(3600.2, 200, 'REGISTER', 'r');
  const [delay, ...rest] = metrics.report().delays;
  assert.deepEqual(rest, []);
  assert.equal(delay!.kind, 'registration');
  assert.equal(delay!.counts[bucketOf(0.06)], 1);
  assert.equal(delay!.counts[bucketOf(0.2)], 1);
});

test('within a dialog, without a request, sent again, or too late, nothing is measured', () => {
  const { metrics, ask, answer } = listening();
  ask(0, 'INVITE', 're', { toTag: ';tag=b' });
  answer(1, 200, 'INVITE', 're');
  answer(1, 200, 'INVITE', 'unknown');
  ask(0, 'INVITE', 'late');
  answer(200, 200, 'INVITE', 'late');
  ask(5, 'INVITE', 'backwards');
  answer(4, 180, 'INVITE', 'backwards');
  ask(0, 'INVITE', 'elsewhere');
  answer(1, 180, 'INVITE', 'elsewhere', { from: '203.0.113.1' });
  assert.deepEqual(metrics.report().delays, []);
  ask(0, 'INVITE', 'again');
  ask(0.5, 'INVITE', 'again');
  answer(0.7, 180, 'INVITE', 'again');
  assert.deepEqual(metrics.report().delays[0]!.counts, oneIn(0.7));
});

test('each hop is measured by itself, IPv6 as well', () => {
  const { metrics, ask, answer } = listening();
  const [phone, proxy, gateway] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];
  ask(0, 'INVITE', 'hops', { from: phone, to: proxy });
  ask(0.01, 'INVITE', 'hops', { from: proxy, to: gateway });
  answer(2, 180, 'INVITE', 'hops', { from: gateway, to: proxy });
  answer(2.01, 180, 'INVITE', 'hops', { from: proxy, to: phone });
  const sums = Object.fromEntries(metrics.report().delays.map(({ target, sumSeconds }) => [target, sumSeconds]));
  assert.ok(Math.abs(sums[gateway]! - 1.99) < 1e-3);
  assert.ok(Math.abs(sums[proxy]! - 2.01) < 1e-3);
});

test('a table that is full forgets the oldest, and says how many', () => {
  const { metrics, ask, answer } = listening({ capacity: 4 });
  for (let i = 0; i < 5; i++) ask(i, 'INVITE', `c${i}`);
  answer(10, 180, 'INVITE', 'c0');
  assert.equal(metrics.report().untimed, 1);
  assert.deepEqual(metrics.report().delays, []);
  for (let i = 1; i < 5; i++) answer(10, 180, 'INVITE', `c${i}`);
  assert.equal(
    metrics.report().delays[0]!.counts.reduce((sum, count) => sum + count, 0),
    4,
  );
});

test('hosts beyond the bound are "other"; who answers far more gets the label of who fell silent', () => {
  const { ask, answer, minuteLater } = listening({ maxTargets: 2 });
  let calls = 0;
  const callTo = (to: string, times: number) => {
    for (let i = 0; i < times; i++) {
      const callId = `c${calls++}`;
      ask(0, 'INVITE', callId, { to });
      answer(0.001, 180, 'INVITE', callId, { from: to });
    }
  };
  callTo('192.0.2.11', 10);
  callTo('192.0.2.12', 4);
  callTo('192.0.2.13', 6);
  const targets = (delays: { target: string; counts: number[] }[]) =>
    Object.fromEntries(delays.map(({ target, counts }) => [target, counts[0]]));
  assert.deepEqual(targets(minuteLater().delays), { other: 6, '192.0.2.11': 10, '192.0.2.12': 4 });
  callTo('192.0.2.13', 20);
  minuteLater();
  callTo('192.0.2.13', 5);
  // What was counted under "other" stays there: counters do not go back.
  assert.deepEqual(targets(minuteLater().delays), { other: 26, '192.0.2.11': 10, '192.0.2.13': 5 });
});

test('nothing that comes makes it fail, and every message is counted once', () => {
  const callId = fc.string({ minLength: 1, maxLength: 80 }).map((text) => text.replace(/[\s\p{C}]/gu, '-') || '-');
  const methods = fc.constantFrom('INVITE', 'REGISTER', 'OPTIONS', 'BYE', 'X');
  const event = fc.tuple(
    fc.boolean(),
    methods,
    fc.integer({ min: 100, max: 699 }),
    callId,
    fc.integer({ min: -1e6, max: 1e6 }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), (events) => {
      const { metrics, ask, answer } = listening({ capacity: 16, maxTargets: 1 });
      for (const [isRequest, method, code, id, seconds] of events) {
        if (isRequest) ask(seconds, method, id);
        else answer(seconds, code, method, id);
      }
      const { requests, codes } = metrics.report();
      const counted = [...Object.values(requests), ...Object.values(codes)].reduce((sum, count) => sum + count, 0);
      assert.equal(counted, events.length);
    }),
    { numRuns: 100 },
  );
});
