import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparedMessage, headerDiff } from '../src/view/header-diff.ts';

function message(startLine: string, headers: [string, string][], body = ''): ComparedMessage {
  return { startLine, headers: headers.map(([name, value]) => ({ name, canonicalName: name, value })), body };
}

test('the Vias of the next hop are paired from the oldest, so that only the new one is added', () => {
  const left = message('INVITE sip:b@x SIP/2.0', [
    ['Via', 'SIP/2.0/UDP phone;branch=1'],
    ['Max-Forwards', '70'],
  ]);
  const right = message('INVITE sip:b@y SIP/2.0', [
    ['Via', 'SIP/2.0/UDP sbc;branch=2'],
    ['Via', 'SIP/2.0/UDP phone;branch=1'],
    ['Max-Forwards', '69'],
  ]);
  assert.deepEqual(
    headerDiff(left, right).map((line) => [line.kind, line.name]),
    [
      ['changed', ''],
      ['added', 'Via'],
      ['same', 'Via'],
      ['changed', 'Max-Forwards'],
    ],
  );
});

test('a header that one side lacks is removed or added', () => {
  const lines = headerDiff(message('x', [['Allow', 'INVITE']]), message('x', [['Reason', 'Q.850;cause=34']]));
  assert.deepEqual(
    lines.slice(1).map((line) => [line.kind, line.left, line.right]),
    [
      ['removed', 'INVITE', null],
      ['added', null, 'Q.850;cause=34'],
    ],
  );
});

test('body lines are aligned, so that an inserted one does not make all later ones differ', () => {
  const left = message('x', [], 'v=0\r\nm=audio 1 RTP/AVP 8\r\na=sendrecv\r\n');
  const right = message('x', [], 'v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP 8\r\na=sendonly\r\n');
  assert.deepEqual(
    headerDiff(left, right)
      .slice(1)
      .map((line) => line.kind),
    ['same', 'added', 'same', 'changed'],
  );
});

test('a message compared with itself has no difference', () => {
  const one = message(
    'SIP/2.0 200 OK',
    [
      ['Via', 'a'],
      ['Via', 'b'],
      ['To', '<sip:b@x>;tag=1'],
    ],
    'v=0\r\n\r\ns=-\r\n',
  );
  assert.ok(headerDiff(one, one).every((line) => line.kind === 'same'));
});
