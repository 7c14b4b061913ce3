import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalHeaderName, headerValue, headerValues, parseSip, splitList } from '@calliope/sip';
import { inviteWith, sipBytes } from './sample-messages.ts';

describe('parseSip', () => {
  it('takes a request apart', () => {
    const bytes = inviteWith('Subject: one\r\n  two \t\r\n\tthree', 's: again');
    const message = parseSip(bytes);
    assert.equal(message.kind, 'request');
    assert.equal(message.startLine, 'INVITE sip:+4930123456@sip.example.net;user=phone SIP/2.0');
    assert.equal(message.method, 'INVITE');
    assert.equal(message.requestUri, 'sip:+4930123456@sip.example.net;user=phone');
    assert.equal(message.version, 'SIP/2.0');
    assert.equal(message.statusCode, 0);
    assert.equal(message.viaBranch, 'z9hG4bK-524287-1');
    assert.deepEqual(message.defects, []);
    assert.deepEqual(headerValues(message, 'subject'), ['one two three', 'again']);
    for (const { name, start, end } of message.headers) {
      assert.equal(new TextDecoder().decode(bytes.subarray(start, end)).startsWith(name), true);
    }
    const subject = message.headers.find((header) => header.name === 's')!;
    assert.equal(subject.canonicalName, 'Subject');
    assert.equal(new TextDecoder().decode(bytes.subarray(subject.start, subject.end)), 's: again');
  });

  it('takes a response apart', () => {
    const message = parseSip(sipBytes(['SIP/2.0 180 Es läutet', 'CSeq: 2 INVITE', 'l: 3', '', 'abc', 'more']));
    assert.equal(message.kind, 'response');
    assert.equal(message.statusCode, 180);
    assert.equal(message.reasonPhrase, 'Es läutet');
    assert.equal(message.method, 'INVITE');
    assert.equal(message.requestUri, '');
    assert.equal(new TextDecoder().decode(message.body), 'abc');
    assert.equal(headerValue(message, 'Content-Length'), '3');
    assert.equal(message.defects.includes('body_longer_than_content_length'), true);
  });

  it('gives what is no SIP as body alone', () => {
    const bytes = sipBytes('not SIP at all');
    const message = parseSip(bytes);
    assert.equal(message.kind, 'unknown');
    assert.deepEqual(message.headers, []);
    assert.equal(message.body, bytes);
    assert.deepEqual(message.defects, ['not_sip']);
  });

  it('replaces invalid UTF-8 without moving what stands behind it', () => {
    const bytes = inviteWith('Subject: ab', 'Organization: good');
    bytes[bytes.indexOf(97, bytes.length - 60)] = 0xff;
    const message = parseSip(bytes);
    assert.equal(headerValue(message, 'Subject'), '\ufffdb');
    assert.equal(headerValue(message, 'Organization'), 'good');
  });
});

describe('headerValues', () => {
  it('splits at commas where the header is a list, and nowhere else', () => {
    const message = parseSip(
      inviteWith(
        'Contact: "a, b" <sip:c,d@e>, sip:f@g',
        'm: <sip:h>',
        'Allow: INVITE, ACK,BYE',
        'Authorization: Digest username="a", realm="b"',
        'Subject: one, two',
      ),
    );
    assert.deepEqual(headerValues(message, 'contact'), ['"a, b" <sip:c,d@e>', 'sip:f@g', '<sip:h>']);
    assert.deepEqual(headerValues(message, 'ALLOW'), ['INVITE', 'ACK', 'BYE']);
    assert.deepEqual(headerValues(message, 'authorization'), ['Digest username="a", realm="b"']);
    assert.deepEqual(headerValues(message, 'Subject'), ['one, two']);
    assert.deepEqual(headerValues(message, 'Missing'), []);
    assert.equal(headerValue(message, 'Missing'), undefined);
  });

  it('leaves empty values out', () => {
    assert.deepEqual(splitList(' , a,,"x\\",y" , <b,c> ,'), ['a', '"x\\",y"', '<b,c>']);
    assert.deepEqual(splitList(''), []);
  });
});

it('canonicalHeaderName knows compact forms and special spellings', () => {
  const names = [
    'v',
    'VIA',
    'call-id',
    'I',
    'cseq',
    'www-authenticate',
    'x-cid',
    'p-asserted-identity',
    'rack',
    'y',
    'SIP-ETAG',
    'unknown-thing',
  ];
  assert.deepEqual(names.map(canonicalHeaderName), [
    'Via',
    'Via',
    'Call-ID',
    'Call-ID',
    'CSeq',
    'WWW-Authenticate',
    'X-CID',
    'P-Asserted-Identity',
    'RAck',
    'Identity',
    'SIP-ETag',
    'Unknown-Thing',
  ]);
});
