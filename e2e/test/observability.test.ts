// What a node says of the traffic and of its machine, asked as an operator would.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeHep3 } from '@calliope/hep';
import { poll, readMetrics, runCalliope, startCalliope, withTemporaryDirectory } from '../src/index.ts';

const PHONE = '192.0.2.1';
const PROXY = '192.0.2.2';

interface Said {
  atMs: number;
  first: string;
  method: string;
  toTag?: string;
}

/** Messages of one Call-ID between a phone and a proxy, sent as HEP by one agent. */
async function talk(port: number, callId: string, says: readonly Said[]): Promise<void> {
  const socket = createSocket('udp4');
  const startUs = Date.now() * 1000;
  for (const { atMs, first, method, toTag = '' } of says) {
    const isAnswer = first.startsWith('SIP/2.0');
    const text = `${first}\r\nVia: SIP/2.0/UDP ${PHONE};branch=z9hG4bK1\r\nFrom: <sip:a@example.net>;tag=a\r\nTo: <sip:b@example.net>${toTag}\r\nCall-ID: ${callId}\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;
    const frame = encodeHep3({
      timestampUs: startUs + atMs * 1000,
      sourceIp: isAnswer ? PROXY : PHONE,
      destinationIp: isAnswer ? PHONE : PROXY,
      sourcePort: 5060,
      destinationPort: 5060,
      nodeName: 'sbc-1',
      payload: Buffer.from(text),
    })!;
    await new Promise<void>((resolve) => socket.send(frame, port, '127.0.0.1', () => resolve()));
  }
  socket.close();
}

test('/metrics tells methods, codes and delays of what came, and of whom', () =>
  withTemporaryDirectory(async (directory) => {
    await using node = await startCalliope({ directory });
    await talk(node.hepPort, 'registers', [
      { atMs: 0, first: 'REGISTER sip:example.net SIP/2.0', method: 'REGISTER' },
      { atMs: 10, first: 'SIP/2.0 401 Unauthorized', method: 'REGISTER', toTag: ';tag=b' },
      { atMs: 20, first: 'REGISTER sip:example.net SIP/2.0', method: 'REGISTER' },
      { atMs: 40, first: 'SIP/2.0 200 OK', method: 'REGISTER', toTag: ';tag=b' },
    ]);
    await talk(node.hepPort, 'rings', [
      { atMs: 0, first: 'INVITE sip:b@example.net SIP/2.0', method: 'INVITE' },
      { atMs: 5, first: 'SIP/2.0 100 Trying', method: 'INVITE' },
      { atMs: 700, first: 'SIP/2.0 180 Ringing', method: 'INVITE', toTag: ';tag=b' },
      { atMs: 5000, first: 'SIP/2.0 200 OK', method: 'INVITE', toTag: ';tag=b' },
    ]);
    await poll(
      () => readMetrics(node),
      (sums) => (sums.get('calliope_sip_requests_total') ?? 0) >= 3,
      20_000,
    );
    const text = await (await fetch(`${node.url}/metrics`)).text();
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')
          .at(-1),
      );
    assert.equal(value('calliope_sip_requests_total{method="REGISTER"}'), 2);
    assert.equal(value('calliope_sip_responses_total{method="INVITE",class="1xx"}'), 2);
    assert.equal(value('calliope_sip_response_codes_total{code="401"}'), 1);
    const registration = `calliope_registration_request_delay_seconds_bucket{target="${PROXY}"`;
    assert.deepEqual(
      ['0.025', '0.05', '+Inf'].map((le) => value(`${registration},le="${le}"}`)),
      [0, 1, 1],
    );
    const session = `calliope_session_request_delay_seconds_bucket{target="${PROXY}",outcome="success"`;
    assert.deepEqual(
      ['0.5', '1', '+Inf'].map((le) => value(`${session},le="${le}"}`)),
      [0, 1, 1],
    );
    assert.match(text, /^calliope_agent_messages_total\{node="sbc-1",address="127\.0\.0\.1"\} 8$/m);
  }));

test('doctor looks at this machine with and without a server, and says of a port who holds it', () =>
  withTemporaryDirectory(async (directory) => {
    const data = ['--data', `${directory}/data`];
    interface Diagnosis {
      failures: number;
      findings: { check: string; severity: string; message: string; mend: string[] }[];
    }
    const examine = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCalliope(['doctor', '--json', ...args], { cwd: directory });
      assert.ok(code === 0 || code === 1, stderr);
      const diagnosis = JSON.parse(stdout) as Diagnosis;
      assert.equal(code, diagnosis.failures > 0 ? 1 : 0);
      for (const { severity, mend, message } of diagnosis.findings) {
        if (severity === 'warning' || severity === 'failure') assert.ok(mend.length > 0, message);
      }
      return diagnosis.findings;
    };
    const alone = await examine(...data);
    assert.ok(alone.some(({ message }) => message === 'None runs on this data directory.'));
    await using node = await startCalliope({ directory });
    const beside = await examine(...data);
    assert.ok(beside.some(({ check, message }) => check === 'server' && message.includes(String(node.serverPid))));
    // Another data directory, but the same ports.
    const file = `${directory}/other.yaml`;
    writeFileSync(
      file,
      `http: ${new URL(node.url).host}\nhep: "127.0.0.1:${node.hepPort}"\ndata: ${directory}/other\n`,
    );
    const taken = (await examine('--config', file)).filter(({ check }) => check === 'ports');
    assert.deepEqual(
      taken.map(({ severity }) => severity),
      ['failure', 'failure', 'failure'],
    );
    for (const { message, mend } of taken) {
      assert.match(message, new RegExp(`process ${node.serverPid}`));
      assert.match(mend[0]!, /^(kill \d+|(sudo )?systemctl disable --now \S+)$/);
    }
  }));
