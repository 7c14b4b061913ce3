// The laboratory itself: that Kamailio mirrors exactly what SIPp and the wire saw, so that tests of Calliope may take it as given.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type CalleeScenario,
  type CallerScenario,
  calleeScenario,
  callerScenario,
  captureSkipReason,
  freePorts,
  HepListener,
  parseSippMessageLog,
  runSippCaller,
  runSngrepSender,
  type SippRun,
  skipReason,
  startKamailio,
  startLoopbackCapture,
  startSippCallee,
  tsharkSip,
  withTemporaryDirectory,
} from '../src/index.ts';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const shas = (messages: readonly Uint8Array[]): string[] => messages.map(sha).sort();
const firstLine = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').split('\r\n')[0] ?? '';

interface Laboratory {
  hepVersion: 1 | 2 | 3;
  transport?: 'udp' | 'tcp';
  caller: CallerScenario;
  callee: CalleeScenario;
  calls: number;
  /** Also captures the wire there. */
  capture?: string;
}

interface Result {
  heard: HepListener;
  caller: SippRun;
  callee: SippRun;
  sipPort: number;
}

async function callThroughKamailio(laboratory: Laboratory, directory: string): Promise<Result> {
  const { transport = 'udp', hepVersion, calls } = laboratory;
  const [hepPort, sipPort, callerPort, calleePort] = (await freePorts(4)) as [number, number, number, number];
  const host = '127.0.0.1';
  await using heard = await HepListener.start(hepPort);
  const nextHop = { host, port: calleePort, transport };
  await using _kamailio = await startKamailio({
    ...{ directory, hepVersion, sipPort, nextHop },
    hepTarget: { host, port: hepPort },
  });
  const callee = await startSippCallee({
    ...{ directory, name: 'callee', localPort: calleePort, transport },
    scenario: calleeScenario(laboratory.callee),
  });
  await using _callee = callee.program;
  const capture =
    laboratory.capture === undefined
      ? undefined
      : await startLoopbackCapture({ directory, file: laboratory.capture, filter: `port ${sipPort}` });
  const caller = await runSippCaller({
    ...{ directory, name: 'caller', localPort: callerPort, transport, calls, rate: 20, timeoutMs: 20_000 },
    scenario: callerScenario(laboratory.caller),
    target: { host, port: sipPort },
  });
  await capture?.finish();
  await heard.quiet();
  return { heard, caller, callee: await callee.finish(), sipPort };
}

const ANSWERED: Pick<Laboratory, 'caller' | 'callee'> = {
  caller: { outcome: 'answered', talkMs: 50, callerNumber: '4930[call_number]' },
  callee: { behaviour: 'answer' },
};
const skip = skipReason('kamailio', 'sipp');

for (const hepVersion of [1, 2, 3] as const) {
  test(`Kamailio mirrors every message of both hops in HEP ${hepVersion}, byte for byte`, { skip }, () =>
    withTemporaryDirectory(async (directory) => {
      const { heard, caller, callee, sipPort } = await callThroughKamailio(
        { hepVersion, ...ANSWERED, calls: 5 },
        directory,
      );
      assert.equal(caller.statistics.callsSuccessful, 5);
      assert.equal(callee.statistics.callsFailed, 0);
      const onTheWire = [...caller.messages, ...callee.messages].map((message) => message.bytes);
      assert.deepEqual(heard.defects, {});
      assert.deepEqual(shas(heard.packets.map((packet) => packet.payload)), shas(onTheWire));
      for (const packet of heard.packets) {
        assert.ok(packet.sourcePort === sipPort || packet.destinationPort === sipPort);
        assert.equal(packet.protocol, 17);
        assert.equal(packet.captureId, hepVersion === 1 ? 0 : 2001);
      }
    }),
  );
}

const OTHER_ENDS: [string, Pick<Laboratory, 'caller' | 'callee'>, string][] = [
  ['cancelled', { caller: { outcome: 'cancelled' }, callee: { behaviour: 'ring' } }, 'SIP/2.0 487 Request Terminated'],
  [
    'refused',
    { caller: { outcome: 603 }, callee: { behaviour: { code: 603, reasonPhrase: 'Decline' } } },
    'SIP/2.0 603 Decline',
  ],
];
for (const [name, parties, final] of OTHER_ENDS) {
  test(`a call that is ${name} goes through, and its final response is seen on both hops`, { skip }, () =>
    withTemporaryDirectory(async (directory) => {
      const { heard, caller, callee } = await callThroughKamailio({ hepVersion: 3, ...parties, calls: 2 }, directory);
      assert.equal(caller.statistics.callsSuccessful, 2);
      assert.equal(callee.statistics.callsFailed, 0);
      assert.equal(heard.packets.filter((packet) => firstLine(packet.payload) === final).length, 4);
    }),
  );
}

test('over TCP the same is mirrored, as TCP', { skip }, () =>
  withTemporaryDirectory(async (directory) => {
    const { heard, caller, callee } = await callThroughKamailio(
      { hepVersion: 3, transport: 'tcp', ...ANSWERED, calls: 3 },
      directory,
    );
    assert.equal(caller.statistics.callsSuccessful, 3);
    assert.deepEqual(
      shas(heard.packets.map((packet) => packet.payload)),
      shas([...caller.messages, ...callee.messages].map((message) => message.bytes)),
    );
    assert.deepEqual([...new Set(heard.packets.map((packet) => packet.protocol))], [6]);
  }),
);

test(
  'tshark and sngrep read from the wire what SIPp wrote to it',
  {
    skip: skip || skipReason('tshark', 'sngrep') || captureSkipReason(),
  },
  () =>
    withTemporaryDirectory(async (directory) => {
      const capture = join(directory, 'wire.pcapng');
      const { caller, callee } = await callThroughKamailio(
        { hepVersion: 3, ...ANSWERED, calls: 3, capture },
        directory,
      );
      const onTheWire = shas([...caller.messages, ...callee.messages].map((message) => message.bytes));
      const messages = await tsharkSip(capture);
      assert.deepEqual(messages.map((message) => message.sha256).sort(), onTheWire);
      assert.deepEqual([...new Set(messages.map((message) => message.method))].sort(), ['ACK', 'BYE', 'INVITE']);
      assert.equal(new Set(messages.map((message) => message.callId)).size, 3);

      const [hepPort] = (await freePorts(1)) as [number];
      await using heard = await HepListener.start(hepPort);
      await runSngrepSender({ directory, capture, hepTarget: { host: '127.0.0.1', port: hepPort } });
      await heard.quiet();
      const key = (timestampUs: number, source: number, bytes: Uint8Array) => `${timestampUs} ${source} ${sha(bytes)}`;
      assert.deepEqual(
        heard.packets.map((packet) => key(packet.timestampUs, packet.sourcePort, packet.payload)).sort(),
        messages.map((message) => key(message.timestampUs, message.sourcePort, message.bytes)).sort(),
      );
    }),
);

test('the message log of SIPp is split by length, whatever a message contains', () => {
  const line = '-----------------------------------------------';
  const body = `INVITE x SIP/2.0\r\n\r\n${line} 2026-01-02 03:04:05.000001\nUDP message sent (3 bytes):\n\nabc`;
  const log = `noise\n${line} 2026-11-24 20:38:04.484106\nTCP message received [${body.length}] bytes :\n\n${body}\n${line} 2026-11-24\t20:38:05.000002\nUDP message sent (4 bytes):\n\n\r\n\r\n`;
  const messages = parseSippMessageLog(Buffer.from(log, 'latin1'));
  assert.deepEqual(
    messages.map(({ timestampUs, direction, transport, bytes }) => [
      timestampUs,
      direction,
      transport,
      Buffer.from(bytes).toString('latin1'),
    ]),
    [
      [Date.UTC(2026, 10, 24, 20, 38, 4) * 1_000 + 484_106, 'received', 'tcp', body],
      [Date.UTC(2026, 10, 24, 20, 38, 5) * 1_000 + 2, 'sent', 'udp', '\r\n\r\n'],
    ],
  );
});

test('a missing program is named with its package', () => {
  assert.equal(skipReason(), false);
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    assert.match(String(skipReason('sngrep')), /needs sngrep: apt-get install sngrep/);
  } finally {
    process.env.PATH = path;
  }
});
