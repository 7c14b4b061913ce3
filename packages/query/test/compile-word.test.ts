import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shownFilterOf } from './compile-for-test.ts';

const USERS = ['fromUser', 'assertedUser', 'toUser', 'requestUser', 'diversionUser'];
const any = (parts: string[]) => `or(${parts.join('; ')})`;
const pairs = (user: string, host: string) =>
  ['from', 'to', 'request'].map((side) => `and(${side}User equals '${user}'; ${side}Host equals i '${host}')`);

describe('a word without a field', () => {
  const table: [string, string][] = [
    ['10.0.0.1', 'or(sourceIp 10.0.0.1..10.0.0.1; destinationIp 10.0.0.1..10.0.0.1)'],
    ['10.30.0.0/16', 'or(sourceIp 10.30.0.0..10.30.255.255; destinationIp 10.30.0.0..10.30.255.255)'],
    ['10.30.*', 'or(sourceIp 10.30.0.0..10.30.255.255; destinationIp 10.30.0.0..10.30.255.255)'],
    ['2001:db8::1', 'or(sourceIp 2001:db8::1..2001:db8::1; destinationIp 2001:db8::1..2001:db8::1)'],
    [
      '[::1]:5060',
      'or(and(sourceIp ::1..::1; sourcePort = 5060); and(destinationIp ::1..::1; destinationPort = 5060))',
    ],
    ['a84b4c76e66710@pc33.atlanta.com', "callId equals 'a84b4c76e66710@pc33.atlanta.com'"],
    ['1-2345@10.0.0.1', "callId equals '1-2345@10.0.0.1'"],
    ['3848276298220188511@atlanta.example.com', "callId equals '3848276298220188511@atlanta.example.com'"],
    ['F9168C5E-CEB2-4faa-B6BF-329BF39FA1E4', "callId equals 'F9168C5E-CEB2-4faa-B6BF-329BF39FA1E4'"],
    ['12345678-1234-1234-1234-123456789012', "callId equals '12345678-1234-1234-1234-123456789012'"],
    ['7d3c9f1a2b4e5d6f', "callId equals '7d3c9f1a2b4e5d6f'"],
    ['7654321', any(USERS.map((user) => `${user} endsWith '7654321'`))],
    [
      '384827629822018851123',
      any([
        "callId equals '384827629822018851123'",
        ...USERS.map((user) => `${user} endsWith '384827629822018851123'`),
      ]),
    ],
    ['sip:alice@Example.com;transport=tcp', any(pairs('alice', 'Example.com'))],
    ['<sip:alice:secret@example.com:5061>', any(pairs('alice', 'example.com'))],
    [
      'sips:example.com',
      "or(fromHost equals i 'example.com'; toHost equals i 'example.com'; requestHost equals i 'example.com')",
    ],
    ['alice@example.com', any(["callId equals 'alice@example.com'", ...pairs('alice', 'example.com')])],
    ['INVITE', "method equals 'INVITE'"],
    ['*4321', any(USERS.map((user) => `${user} endsWith '4321'`))],
    [
      'alice',
      any([
        "callId startsWith 'alice'",
        ...[...USERS, 'fromHost', 'toHost', 'requestHost', 'userAgent'].map((column) => `${column} contains i 'alice'`),
      ]),
    ],
  ];
  for (const [text, expected] of table) test(text, () => assert.equal(shownFilterOf(text), expected));

  test('wildcards in a name are of the whole user, host, User-Agent or Call-ID', () => {
    assert.equal(
      shownFilterOf('ali*', 'calls'),
      any([
        ...['fromUser', 'assertedUser', 'toUser', 'requestUser', 'callId'].map(
          (column) => `${column} startsWith 'ali'`,
        ),
        ...['fromHost', 'toHost', 'userAgents'].map((column) => `${column} startsWith i 'ali'`),
      ]),
    );
  });

  test('an escaped wildcard is text', () => {
    assert.match(shownFilterOf('ali\\*'), /fromUser contains i 'ali\*'/);
  });

  test('quotes change nothing', () => {
    for (const text of ['alice', '10.0.0.1', '+4930123456', 'INVITE'])
      assert.equal(shownFilterOf(`"${text}"`), shownFilterOf(text));
  });

  test('several words must all hold', () => {
    assert.equal(shownFilterOf('INVITE 10.0.0.1', 'calls'), "and(methods equals 'INVITE'; hosts 10.0.0.1..10.0.0.1)");
    assert.equal(shownFilterOf('1001 1002'), shownFilterOf('1001 and 1002'));
    assert.equal(shownFilterOf('030123 10.0.0.1'), shownFilterOf('030123 and 10.0.0.1'));
  });

  test('brackets stay a group when it is no number', () => {
    assert.equal(shownFilterOf('(1001 or 1002) 1003'), shownFilterOf('(1001 or 1002) and 1003'));
    assert.equal(shownFilterOf('(030123456)'), shownFilterOf('030123456'));
  });
});
