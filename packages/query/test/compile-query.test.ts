import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileQuery } from '@calliope/query';
import fc from 'fast-check';
import { arbitraryQueryText } from './arbitrary-query.ts';
import { NOW_US, optionsOf, shownFilterOf } from './compile-for-test.ts';

describe('compileQuery', () => {
  test('empty text matches all', () => {
    for (const text of ['', '  ', '\n'])
      assert.deepEqual(compileQuery(text, optionsOf('calls')), { ok: true, filter: { kind: 'and', filters: [] } });
  });

  const messages: [string, string][] = [
    ['method = invite', "method equals 'INVITE'"],
    ['method in (INVITE, bye)', "method equals 'INVITE' 'BYE'"],
    ['method != BYE', "not(method equals 'BYE')"],
    ['request = true', "and(responseCode = 0; not(method equals ''))"],
    ['request = no', 'responseCode > 0'],
    ['code = 486', 'responseCode = 486'],
    ['code = 4xx', 'and(responseCode >= 400; responseCode <= 499)'],
    ['status >= 5XX', 'responseCode >= 500'],
    ['code > 4xx', 'responseCode > 499'],
    ['code <= 4xx', 'and(responseCode > 0; responseCode <= 499)'],
    ['code < 300', 'and(responseCode > 0; responseCode < 300)'],
    ['code != 200', 'and(responseCode > 0; responseCode != 200)'],
    ['code != 4xx', 'and(responseCode > 0; not(and(responseCode >= 400; responseCode <= 499)))'],
    ['not code = 200', 'not(responseCode = 200)'],
    ['code exists', 'responseCode >= 1'],
    ['code in (486, 5xx)', 'or(responseCode = 486; and(responseCode >= 500; responseCode <= 599))'],
    ['code = 486..488', 'and(responseCode >= 486; responseCode <= 488)'],
    ['sport = 5060', 'sourcePort = 5060'],
    ['port != 5060', 'not(or(sourcePort = 5060; destinationPort = 5060))'],
    [
      'port = 5060..5090',
      'or(and(sourcePort >= 5060; sourcePort <= 5090); and(destinationPort >= 5060; destinationPort <= 5090))',
    ],
    ['ipv = v6', 'ipVersion = 6'],
    ['type = rtcp', 'payloadType = 5'],
    ['size > 1500', 'size > 1500'],
    ['cseq = 1', 'cseq = 1'],
    ['transport in (udp, TLS)', "transport equals 'udp' 'tls'"],
    ['proto != udp', "not(transport equals 'udp')"],
    ['src = 10.0.0.1', 'sourceIp 10.0.0.1..10.0.0.1'],
    ['src in 10.0.0.0/8', 'sourceIp 10.0.0.0..10.255.255.255'],
    ['dst = 10.30.*', 'destinationIp 10.30.0.0..10.30.255.255'],
    [
      'ip = 2001:db8::/32',
      'or(sourceIp 2001:db8::..2001:db8:ffff:ffff:ffff:ffff:ffff:ffff; destinationIp 2001:db8::..2001:db8:ffff:ffff:ffff:ffff:ffff:ffff)',
    ],
    ['src = [::1]', 'sourceIp ::1..::1'],
    ['src = 10.0.0.1..10.0.0.9', 'sourceIp 10.0.0.1..10.0.0.9'],
    ['src = 10.0.0.1:5060', 'and(sourceIp 10.0.0.1..10.0.0.1; sourcePort = 5060)'],
    ['src in (10.0.0.1, ::1)', 'or(sourceIp 10.0.0.1..10.0.0.1; sourceIp ::1..::1)'],
    ['call_id = a@b', "callId equals 'a@b'"],
    ['callid = abc*', "callId startsWith 'abc'"],
    ['Call-ID = "a*b?c"', "callId matches '^a[\\s\\S]*b[\\s\\S]c$'"],
    ['call_id == "a*b"', "callId equals 'a*b'"],
    ['call_id = a\\*b', "callId equals 'a*b'"],
    ['call_id in (a, b, c*)', "or(callId equals 'a' 'b'; callId startsWith 'c')"],
    ['tag = x', "or(fromTag equals 'x'; toTag equals 'x')"],
    ['ua = *FreeSWITCH*', "userAgent contains i 'FreeSWITCH'"],
    ['ua ~ "Asterisk (1[38]|20)"', "userAgent matches 'Asterisk (1[38]|20)'"],
    ['ua ~ (?i)asterisk', "userAgent matches i 'asterisk'"],
    ['ua !~ x', "not(userAgent matches 'x')"],
    ['ua exists', "not(userAgent equals '')"],
    ['ua not exists', "userAgent equals ''"],
    ['ua = ""', "userAgent equals ''"],
    [
      'host = example.com',
      "or(fromHost equals i 'example.com'; toHost equals i 'example.com'; requestHost equals i 'example.com')",
    ],
    ['reason = "Busy Here"', "reasonPhrase equals i 'Busy Here'"],
    ['node = n-1', "node equals i 'n-1'"],
    ['from_user = +4930', "fromUser equals '+4930'"],
    ['pai = x', "assertedUser equals 'x'"],
    ['diversion exists', "not(diversionUser equals '')"],
    ['text = "X-CID: 42"', "payload contains i 'X-CID: 42'"],
    ['text = "m=audio*RTP/SAVP"', "payload matches i 'm=audio[\\s\\S]*RTP/SAVP'"],
    ['text == "A*"', "payload contains 'A*'"],
    ['payload = *foo*', "payload contains i 'foo'"],
    ['defect exists', 'defects > 0'],
    ['defect = not_sip', 'defects hasBits 1'],
    ['defect in (not-sip, bad_version)', 'defects hasBits 5'],
    ['defect = missing_*', 'defects hasBits 992'],
    ['correlation_id = x', "correlationId equals 'x'"],
    ['a = alice', "or(fromUser equals 'alice'; assertedUser equals 'alice')"],
    ['b = bob*', "or(toUser startsWith 'bob'; requestUser startsWith 'bob')"],
    ['a ~ ^49', "or(fromUser matches '^49'; assertedUser matches '^49')"],
    ['a exists', "or(not(fromUser equals ''); not(assertedUser equals ''))"],
    ['a == 0*1', "or(fromUser equals '0*1'; assertedUser equals '0*1')"],
    ['a = alice@Example.com', "and(fromUser equals 'alice'; fromHost equals i 'Example.com')"],
    [
      'b = sip:bob@h:5060;user=phone',
      "or(and(toUser equals 'bob'; toHost equals i 'h'); and(requestUser equals 'bob'; requestHost equals i 'h'))",
    ],
    ['time >= 2026-11-22 13:00', `timestampUs >= ${NOW_US}`],
    ['time > now-1h30m', `timestampUs >= ${NOW_US - 5_400_000_000 + 1}`],
    ['time = "2026-11-22 13:00"', `and(timestampUs >= ${NOW_US}; timestampUs < ${NOW_US + 60_000_000})`],
    ['cseq = 1 or cseq = 2 size = 3', 'or(cseq = 1; and(cseq = 2; size = 3))'],
    ['cseq = 1 && !(cseq = 2 || size = 3)', 'and(cseq = 1; not(or(cseq = 2; size = 3)))'],
    ['NOT cseq = 1 AND cseq <> 2', 'and(not(cseq = 1); cseq != 2)'],
  ];
  for (const [text, expected] of messages) {
    test(`messages: ${text}`, () => assert.equal(shownFilterOf(text), expected));
  }

  const calls: [string, string][] = [
    ['outcome = no-answer', "outcome equals 'no_answer'"],
    ['outcome not in (answered, busy)', "not(outcome equals 'answered' 'busy')"],
    ['duration < 5', 'durationMs < 5000'],
    ['duration >= 2m30s', 'durationMs >= 150000'],
    ['duration = 5s', 'and(durationMs >= 5000; durationMs < 6000)'],
    ['duration != 5s', 'and(durationMs >= 0; not(and(durationMs >= 5000; durationMs < 6000)))'],
    ['duration = 5s..1m', 'and(durationMs >= 5000; durationMs < 120000)'],
    ['pdd > 300ms', 'pddMs > 300'],
    ['pdd not exists', 'not(pddMs >= 0)'],
    ['messages >= 100', 'messageCount >= 100'],
    ['code = 503', 'responseCode = 503'],
    ['method = REFER', "methods equals 'REFER'"],
    ['ua = *x*', "userAgents contains i 'x'"],
    ['ua exists', "userAgents matches '[\\s\\S]'"],
    ['node = n1', "nodes equals i 'n1'"],
    ['src = 10.0.0.1', 'sourceIp 10.0.0.1..10.0.0.1'],
    ['ip = 10.0.0.1', 'hosts 10.0.0.1..10.0.0.1'],
    [
      'ip = 10.0.0.1:5060',
      'message(or(and(sourceIp 10.0.0.1..10.0.0.1; sourcePort = 5060); and(destinationIp 10.0.0.1..10.0.0.1; destinationPort = 5060)))',
    ],
    ['host = x', "or(fromHost equals i 'x'; toHost equals i 'x')"],
    ['time >= "2026-11-22 13:00"', `or(inviteUs >= ${NOW_US}; and(not(inviteUs >= 0); firstUs >= ${NOW_US}))`],
    ['sport = 5060', 'message(sourcePort = 5060)'],
    ['sport = 5060 and text = foo', "message(and(sourcePort = 5060; payload contains i 'foo'))"],
    [
      'sport = 5060 code = 503 text = foo',
      "and(message(sourcePort = 5060); responseCode = 503; message(payload contains i 'foo'))",
    ],
    ['sport = 1 or text = foo', "message(or(sourcePort = 1; payload contains i 'foo'))"],
    ['sport = 1 or code = 503', 'or(message(sourcePort = 1); responseCode = 503)'],
    ['(sport = 1 or dport = 2) and cseq = 3', 'message(and(or(sourcePort = 1; destinationPort = 2); cseq = 3))'],
    ['not text = foo', "not(message(payload contains i 'foo'))"],
    ['transport != udp', "not(message(transport equals 'udp'))"],
    ['text !~ x', "not(message(payload matches 'x'))"],
    ['cseq = 1 and not text = foo', "and(message(cseq = 1); not(message(payload contains i 'foo')))"],
    ['request = true defect exists', "message(and(responseCode = 0; not(method equals ''); defects > 0))"],
  ];
  for (const [text, expected] of calls) {
    test(`calls: ${text}`, () => assert.equal(shownFilterOf(text, 'calls'), expected));
  }

  const hour = 3_600_000_000;
  const ranges: [string, object | undefined][] = [
    ['a = 1', undefined],
    ['time >= now-1h', { fromUs: NOW_US - hour }],
    ['time >= now-1h and (a = 1 and time < now)', { fromUs: NOW_US - hour, toUs: NOW_US }],
    ['time >= now-2h time >= now-1h', { fromUs: NOW_US - hour }],
    ['time > now and time <= now+1h', { fromUs: NOW_US + 1, toUs: NOW_US + hour + 1 }],
    ['time = now-2h..now-1h', { fromUs: NOW_US - 2 * hour, toUs: NOW_US - hour + 1 }],
    ['time in (now-1h..now)', { fromUs: NOW_US - hour, toUs: NOW_US + 1 }],
    ['time = today', { fromUs: NOW_US - 13 * hour, toUs: NOW_US + 11 * hour }],
    ['time <= 2026-11-22', { toUs: NOW_US + 11 * hour }],
    ['time > yesterday', { fromUs: NOW_US - 13 * hour }],
    ['time >= now or a = 1', undefined],
    ['not time >= now', undefined],
    ['time != today', undefined],
  ];
  for (const [text, expected] of ranges) {
    test(`range of: ${text}`, () => {
      for (const view of ['messages', 'calls'] as const) {
        const result = compileQuery(text, optionsOf(view));
        assert.ok(result.ok);
        assert.deepEqual(result.range, expected);
      }
    });
  }

  test('random text gives a filter or an error inside the text, and always ends', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary' }), arbitraryQueryText),
        fc.constantFrom('messages', 'calls'),
        (text, of) => {
          const result = compileQuery(text, optionsOf(of, '49'));
          if (result.ok) return;
          const { position, length, message } = result.error;
          assert.ok(
            position >= 0 && length >= 0 && position + length <= text.length,
            `${position}+${length} in ${JSON.stringify(text)}`,
          );
          assert.notEqual(message, '');
        },
      ),
      { numRuns: 1000 },
    );
  });
});
