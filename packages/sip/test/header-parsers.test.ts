import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  contactList,
  cseqOf,
  otherCallIds,
  parseAuthorization,
  parseChallenge,
  parseChargingVector,
  parseCSeq,
  parseDiversion,
  parseHistoryInfo,
  parseNameAddress,
  parseRAck,
  parseReason,
  parseRetryAfter,
  parseSessionId,
  parseSip,
  parseSipUri,
  parseVia,
  parseWarning,
  percentDecode,
  recordRouteList,
  routeList,
  viaList,
} from '@calliope/sip';
import { inviteWith } from './sample-messages.ts';

describe('parseNameAddress', () => {
  it('unescapes the display name and separates parameters of URI and header', () => {
    const address = parseNameAddress('"J \\"R\\" \\\\" <sip:jd@example.com;lr>;tag=1;Foo="a;\\"b";bar');
    assert.equal(address.displayName, 'J "R" \\');
    assert.equal(address.uri, 'sip:jd@example.com;lr');
    assert.deepEqual(
      [...address.parameters],
      [
        ['tag', '1'],
        ['foo', 'a;"b'],
        ['bar', ''],
      ],
    );
    assert.equal(address.isValid, true);
  });

  it('takes bare URIs, whose parameters are the header’s', () => {
    const address = parseNameAddress('sip:a@b;expires=60');
    assert.equal(address.uri, 'sip:a@b');
    assert.equal(address.parameters.get('expires'), '60');
    assert.equal(address.displayName, '');
  });

  it('makes the best of what is wrong', () => {
    assert.deepEqual(
      [parseNameAddress('"open <sip:a@b>').uri, parseNameAddress('"open <sip:a@b>').isValid],
      ['sip:a@b', false],
    );
    assert.equal(parseNameAddress('Jürgen <sip:a@b>').displayName, 'Jürgen');
    assert.equal(parseNameAddress('').isValid, false);
  });
});

describe('parseSipUri', () => {
  it('takes all parts of a SIP URI', () => {
    const uri = parseSipUri(
      'sips:al%69ce;x:s%20cret@[2001:db8::1]:5061;transport=TCP;lr?Subject=a%26b&Priority=urgent',
    );
    assert.equal(uri.scheme, 'sips');
    assert.equal(uri.user, 'al%69ce;x');
    assert.equal(percentDecode(uri.user), 'alice;x');
    assert.equal(percentDecode(uri.password), 's cret');
    assert.equal(uri.host, '2001:db8::1');
    assert.equal(uri.port, 5061);
    assert.deepEqual(
      [...uri.parameters],
      [
        ['transport', 'TCP'],
        ['lr', ''],
      ],
    );
    assert.deepEqual(uri.headers, [
      { name: 'Subject', value: 'a%26b' },
      { name: 'Priority', value: 'urgent' },
    ]);
    assert.equal(uri.isValid, true);
  });

  it('takes tel URIs and others', () => {
    const tel = parseSipUri('tel:+1(201)555-0123;phone-context=example.com');
    assert.deepEqual([tel.user, tel.host, tel.parameters.get('phone-context')], ['+1(201)555-0123', '', 'example.com']);
    assert.equal(parseSipUri('urn:service:sos').scheme, 'urn');
    assert.equal(parseSipUri('urn:service:sos').isValid, true);
  });

  it('says when it is none', () => {
    for (const text of ['', 'alice@example.com', 'sip:', 'sip:a b@c', 'sip:a@b>', 'sip:a@b:99999999', 'sip:a@[::1']) {
      assert.equal(parseSipUri(text).isValid, false, text);
    }
    assert.equal(parseSipUri('sip:a@b:0').port, undefined);
  });

  it('decodes escapes as UTF-8 and leaves what is none', () => {
    assert.equal(percentDecode('%c3%bc%ZZ%4'), 'ü%ZZ%4');
    assert.equal(percentDecode('%ff'), '\ufffd');
  });
});

it('parseVia takes a value apart', () => {
  const via = parseVia('SIP / 2.0 / TLS [2001:db8::1]:5061;branch=z9hG4bK1;received=192.0.2.1;rport;maddr="x"');
  assert.deepEqual([via.protocol, via.transport, via.host, via.port], ['SIP / 2.0', 'TLS', '2001:db8::1', 5061]);
  assert.deepEqual(
    [...via.parameters],
    [
      ['branch', 'z9hG4bK1'],
      ['received', '192.0.2.1'],
      ['rport', ''],
      ['maddr', 'x'],
    ],
  );
  assert.equal(via.isValid, true);
  assert.equal(parseVia('garbage').isValid, false);
});

it('parseCSeq and parseRAck take numbers and methods', () => {
  assert.deepEqual(parseCSeq('0009  INVITE'), { number: 9, method: 'INVITE' });
  assert.equal(parseCSeq('2147483648 INVITE'), undefined);
  assert.equal(parseCSeq('INVITE'), undefined);
  assert.deepEqual(parseRAck('776656 1 INVITE'), { responseNumber: 776656, cseq: { number: 1, method: 'INVITE' } });
  assert.equal(parseRAck('1 INVITE'), undefined);
});

it('parseReason takes several values', () => {
  assert.deepEqual(
    parseReason('Q.850 ;cause=16 ;text="Normal, clearing", SIP;cause=600;text="Busy \\"x\\"", preemption'),
    [
      { protocol: 'Q.850', cause: 16, text: 'Normal, clearing' },
      { protocol: 'SIP', cause: 600, text: 'Busy "x"' },
      { protocol: 'preemption', cause: undefined, text: '' },
    ],
  );
});

it('parseSessionId takes the forms of RFC 7989 and RFC 7329', () => {
  const local = 'ab30317f1a784dc48ff824d0d3715d86';
  const remote = '47755a9de7794ba387653f2099600ef2';
  assert.deepEqual(parseSessionId(`${local};remote=${remote}`), { local, remote });
  assert.deepEqual(parseSessionId(local.toUpperCase()), { local, remote: undefined });
  assert.deepEqual(parseSessionId('ab30317f-1a78-4dc4-8ff8-24d0d3715d86 ; remote=00000000000000000000000000000000'), {
    local,
    remote: '0'.repeat(32),
  });
  assert.equal(parseSessionId('hello'), undefined);
});

it('parseChargingVector takes icid and inter-operator identifiers', () => {
  assert.deepEqual(
    parseChargingVector(
      'icid-value="1234bc;9876e";icid-generated-at=192.0.6.8; orig-ioi=home1.net;term-ioi="home2.net"',
    ),
    {
      icidValue: '1234bc;9876e',
      icidGeneratedAt: '192.0.6.8',
      originatingInterOperator: 'home1.net',
      terminatingInterOperator: 'home2.net',
    },
  );
  assert.equal(parseChargingVector('').icidValue, '');
});

it('parseDiversion takes reason, counter and privacy', () => {
  const [first, second, ...rest] = parseDiversion(
    '"A, B" <tel:+49301>;reason=User-Busy;counter=2;privacy=full, <sip:x@y>;reason="no-answer"',
  );
  assert.deepEqual(
    [first!.displayName, first!.uri, first!.reason, first!.counter, first!.privacy],
    ['A, B', 'tel:+49301', 'user-busy', 2, 'full'],
  );
  assert.deepEqual([second!.uri, second!.reason, second!.counter], ['sip:x@y', 'no-answer', undefined]);
  assert.deepEqual(rest, []);
});

it('parseHistoryInfo takes index, how the target was found, and the reasons in the URI', () => {
  const entries = parseHistoryInfo(
    '<sip:bob@biloxi.example.com?Reason=SIP%3Bcause%3D302>;index=1, <sip:carol@example.com;cause=302>;index=1.1;mp=1',
  );
  assert.deepEqual(
    entries.map((entry) => entry.index),
    ['1', '1.1'],
  );
  assert.deepEqual(entries[0]!.reasons, [{ protocol: 'SIP', cause: 302, text: '' }]);
  assert.deepEqual(entries[1]!.targeting, { kind: 'mp', index: '1' });
  assert.equal(entries[0]!.targeting, undefined);
});

it('parseWarning takes codes, agents and texts', () => {
  assert.deepEqual(parseWarning('307 isi.edu "Session, \\"x\\"", 301 a:5060 "b", 1812 bad "c", 399 x'), [
    { code: 307, agent: 'isi.edu', text: 'Session, "x"' },
    { code: 301, agent: 'a:5060', text: 'b' },
    { code: 399, agent: 'x', text: '' },
  ]);
});

it('parseRetryAfter takes seconds, duration and comment', () => {
  assert.deepEqual(parseRetryAfter('18000 (in a meeting);duration=3600'), {
    seconds: 18000,
    durationSeconds: 3600,
    comment: 'in a meeting',
  });
  assert.deepEqual(parseRetryAfter(' 5'), { seconds: 5, durationSeconds: undefined, comment: '' });
  assert.equal(parseRetryAfter('949302838503028349304023988'), undefined);
  assert.equal(parseRetryAfter('soon'), undefined);
});

it('parseAuthorization and parseChallenge take credentials', () => {
  const credentials = parseAuthorization(
    'Digest username="bob", realm="a, \\"b\\"",nonce="x=y", uri = "sip:c", response="6629", algorithm=SHA-256, qop=auth, nc=00000001',
  );
  assert.deepEqual(
    [
      credentials.scheme,
      credentials.username,
      credentials.realm,
      credentials.nonce,
      credentials.uri,
      credentials.response,
    ],
    ['Digest', 'bob', 'a, "b"', 'x=y', 'sip:c', '6629'],
  );
  assert.deepEqual(
    [credentials.algorithm, credentials.qop, credentials.parameters.get('nc')],
    ['SHA-256', 'auth', '00000001'],
  );
  const challenge = parseChallenge('Digest realm="r", nonce="n", stale=TRUE, qop="auth,auth-int"');
  assert.deepEqual([challenge.realm, challenge.isStale, challenge.qop], ['r', true, 'auth,auth-int']);
  assert.deepEqual(
    [parseAuthorization('NoOneKnowsThisScheme opaque-data=here').scheme, parseAuthorization('Bearer').scheme],
    ['NoOneKnowsThisScheme', 'Bearer'],
  );
});

it('the lists of a message come parsed and in order', () => {
  const message = parseSip(
    inviteWith(
      'v: SIP/2.0/TCP second;branch=2',
      'Route: <sip:p1;lr>, <sip:p2;lr>',
      'Record-Route: <sip:r1;lr>',
      'Record-Route: <sip:r2;lr>',
      'Contact: *',
      'X-Call-ID: other@leg',
      'X-CID: third',
      'x-cid: third',
      'X-Mine: mine',
    ),
  );
  assert.deepEqual(
    viaList(message).map((via) => via.transport),
    ['UDP', 'TCP'],
  );
  assert.deepEqual(
    routeList(message).map((route) => route.uri),
    ['sip:p1;lr', 'sip:p2;lr'],
  );
  assert.deepEqual(
    recordRouteList(message).map((route) => route.uri),
    ['sip:r1;lr', 'sip:r2;lr'],
  );
  assert.deepEqual(
    contactList(message).map((contact) => [contact.uri, contact.isValid]),
    [['*', true]],
  );
  assert.deepEqual(cseqOf(message), { number: 1, method: 'INVITE' });
  assert.deepEqual(otherCallIds(message), ['other@leg', 'third']);
  assert.deepEqual(otherCallIds(message, ['X-Mine']), ['mine']);
});
