import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyFields, Field } from '@calliope/model';
import { MAX_HEADERS, scanSip } from '@calliope/sip';
import { inviteReplacing, inviteWith, scanned, sipBytes, slotsOf } from './sample-messages.ts';

describe('scanSip', () => {
  it('finds every field of a plain INVITE', () => {
    const { isSip, slots, defects, fields } = scanned(
      inviteWith(
        'P-Asserted-Identity: <sip:+4989765432@example.org>',
        'Diversion: <sip:+4930999@example.net>;reason=unconditional',
        'User-Agent: Example SBC 7.2',
        'Content-Type: application/sdp',
      ),
    );
    assert.equal(isSip, true);
    assert.deepEqual(defects, []);
    assert.equal(fields.cseq, 1);
    assert.equal(fields.responseCode, 0);
    assert.deepEqual(slots, {
      CALL_ID: '1j9FpLxk3uxtm8tn@192.0.2.10',
      METHOD: 'INVITE',
      FROM_USER: '+4989765432',
      FROM_HOST: 'example.org',
      FROM_TAG: 'a73kszlfl',
      TO_USER: '+4930123456',
      TO_HOST: 'example.net',
      REQUEST_USER: '+4930123456',
      REQUEST_HOST: 'sip.example.net',
      ASSERTED_USER: '+4989765432',
      DIVERSION_USER: '+4930999',
      USER_AGENT: 'Example SBC 7.2',
      VIA_BRANCH: 'z9hG4bK-524287-1',
      VIA_TRANSPORT: 'UDP',
      CONTENT_TYPE: 'application/sdp',
    });
  });

  it('finds the fields of a response, the method from CSeq', () => {
    const { slots, defects, fields } = scanned(
      sipBytes([
        'SIP/2.0 486 Busy Here',
        'v: SIP/2.0/TLS host.example.com;branch=z9hG4bKx',
        'f: <sip:a@b>;tag=1',
        't: <sip:c@d>;tag=2',
        'i: x',
        'CSeq: 7 INVITE',
        'Server: Proxy',
        'l: 0',
        '',
        '',
      ]),
    );
    assert.deepEqual(defects, []);
    assert.equal(fields.responseCode, 486);
    assert.equal(fields.cseq, 7);
    assert.equal(slots.METHOD, 'INVITE');
    assert.equal(slots.REASON_PHRASE, 'Busy Here');
    assert.equal(slots.USER_AGENT, 'Proxy');
    assert.equal(slots.VIA_TRANSPORT, 'TLS');
    assert.equal(slots.TO_TAG, '2');
  });

  it('gives offsets into the bytes it was given, also in the middle of them, and forgets the message before', () => {
    const message = inviteWith();
    const bytes = new Uint8Array(message.length + 40).fill(0x41);
    bytes.set(message, 17);
    const fields = emptyFields();
    const other = inviteWith('User-Agent: other', 'Subject: x');
    scanSip(other, 0, other.length, fields);
    assert.equal(scanSip(bytes, 17, 17 + message.length, fields), true);
    assert.equal(fields.bytes, bytes);
    assert.deepEqual(slotsOf(fields), scanned(message).slots);
    assert.equal(fields.at[2 * Field.METHOD], 17);
    assert.equal(fields.defects, 0);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['a keep-alive', '\r\n\r\n'],
    ['NULs', '\0\0\0\0'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['RTSP', 'OPTIONS rtsp://x RTSP/1.0\r\n\r\n'],
    ['a request line without a version', 'INVITE sip:a@b\r\nVia: x\r\n\r\n'],
    ['a request line without a URI', 'INVITE SIP/2.0\r\n\r\n'],
    ['a method that is no token', 'INV@ITE sip:a@b SIP/2.0\r\n\r\n'],
    ['a status line without a code', 'SIP/2.0 OK\r\n\r\n'],
    ['a version without its point', 'INVITE sip:a@b SIP/2\r\n\r\n'],
  ] as const) {
    it(`says that ${what} is no SIP, and nothing else of it`, () => {
      const { isSip, slots, defects, fields } = scanned(sipBytes(text));
      assert.equal(isSip, false);
      assert.deepEqual(defects, ['not_sip']);
      assert.deepEqual(slots, {});
      assert.equal(fields.responseCode, 0);
      assert.equal(fields.cseq, 0);
    });
  }

  it('tolerates CRLFs before the start line and NULs and CRLFs behind the message', () => {
    const text = `\r\n\r\n${new TextDecoder().decode(inviteWith())}\r\n\0\0\0`;
    const { isSip, defects } = scanned(sipBytes(text));
    assert.equal(isSip, true);
    assert.deepEqual(defects, []);
  });

  it('takes bare line feeds for line ends', () => {
    const text = new TextDecoder().decode(inviteWith('User-Agent: x')).replaceAll('\r\n', '\n');
    assert.deepEqual(scanned(sipBytes(text)).slots, scanned(inviteWith('User-Agent: x')).slots);
    assert.deepEqual(scanned(sipBytes(text)).defects, []);
  });

  it('takes names in any case, compact forms, and white space before the colon', () => {
    const { slots, defects } = scanned(
      sipBytes([
        'OPTIONS sip:b SIP/2.0',
        'V\t:SIP/2.0/TCP a;branch=z9hG4bK1',
        'F :sip:x@y;tag=1',
        'T:sip:z@y',
        'I: id',
        'cSEQ: 3 OPTIONS',
        'C: text/plain',
        'M:<sip:m@n>',
        'X: 90',
        'L : 2',
        '',
        'hi',
      ]),
    );
    assert.deepEqual(defects, []);
    assert.equal(slots.CALL_ID, 'id');
    assert.equal(slots.FROM_USER, 'x');
    assert.equal(slots.TO_USER, 'z');
    assert.equal(slots.VIA_BRANCH, 'z9hG4bK1');
    assert.equal(slots.CONTENT_TYPE, 'text/plain');
    assert.equal(slots.BODY, 'hi');
  });

  it('keeps a folded value as one range of the message', () => {
    const { slots, defects } = scanned(
      inviteReplacing({ From: 'From: "A"\r\n <sip:a@b>\r\n\t;tag=\r\n 9', CSeq: 'CSeq: 5\r\n INVITE' }),
    );
    assert.deepEqual(defects, []);
    assert.equal(slots.FROM_TAG, '9');
    assert.equal(slots.FROM_USER, 'a');
    const userAgent = scanned(inviteWith('User-Agent: one\r\n two')).slots.USER_AGENT;
    assert.equal(userAgent, 'one\r\n two');
  });

  it('flags what is not as it should be in the start line, and still reads it', () => {
    for (const [line, defect] of [
      ['INVITE  sip:u@h SIP/2.0', 'bad_start_line'],
      ['INVITE sip:u@h  SIP/2.0', 'bad_start_line'],
      ['INVITE sip:u@h SIP/2.0 ', 'bad_start_line'],
      ['INVITE\tsip:u@h SIP/2.0', 'bad_start_line'],
      ['INVITE sip:u@h SIP / 2.0', 'bad_start_line'],
      ['INVITE sip:u@h SIP/3.0', 'bad_version'],
      ['INVITE sip:u@h SIP/2.00', 'bad_version'],
      ['INVITE sip:u@h;a=b c SIP/2.0', 'bad_request_uri'],
      ['INVITE sip:u@h?Route=x SIP/2.0', 'bad_request_uri'],
      ['INVITE <sip:u@h> SIP/2.0', 'bad_request_uri'],
      ['INVITE sip:u@h:123456 SIP/2.0', 'bad_request_uri'],
      ['INVITE sip:u@h\x01 SIP/2.0', 'bad_request_uri,control_characters'],
    ] as const) {
      const { slots, defects } = scanned(inviteReplacing({ INVITE: line }));
      assert.deepEqual(defects.join(), defect, line);
      assert.equal(slots.REQUEST_USER, 'u', line);
      assert.equal(slots.METHOD, 'INVITE', line);
    }
  });

  it('reads status codes, good and bad', () => {
    const response = (line: string) => scanned(sipBytes(new TextDecoder().decode(inviteReplacing({ INVITE: line }))));
    assert.deepEqual(response('SIP/2.0 200 OK').defects, []);
    assert.deepEqual(response('SIP/2.0 100 ').defects, []);
    assert.deepEqual(response('SIP/2.0 100').defects, ['bad_start_line']);
    assert.equal(response('SIP/2.0 999 x').fields.responseCode, 999);
    assert.deepEqual(response('SIP/2.0 999 x').defects, ['bad_status_code']);
    assert.deepEqual(response('SIP/2.0 20 x').defects, ['bad_status_code']);
    assert.equal(response('SIP/2.0 4294967301 x').fields.responseCode, 0);
    assert.deepEqual(response('SIP / 2.0 200 OK').defects, ['bad_start_line']);
    assert.equal(response('sip/2.0 183 Fortschritt für Sie').slots.REASON_PHRASE, 'Fortschritt für Sie');
  });

  for (const [uri, user, host] of [
    ['sips:alice:secret@example.com:5061;transport=tcp', 'alice', 'example.com'],
    ['sip:example.com', undefined, 'example.com'],
    ['sip:[2001:db8::9]:5060', undefined, '2001:db8::9'],
    ['sip:bob@[2001:db8::9]', 'bob', '2001:db8::9'],
    ['sip:bob@[::ffff:192.0.2.1]:5070;lr', 'bob', '::ffff:192.0.2.1'],
    ['tel:+1-201-555-0123;phone-context=example.com', '+1-201-555-0123', undefined],
    ['TEL:110', '110', undefined],
    ['sip:a;x=1?y@example.com', 'a;x=1?y', 'example.com'],
    ['sip:1234;phone-context=+49@gw;user=phone', '1234;phone-context=+49', 'gw'],
    ['urn:service:sos', undefined, undefined],
    ['im:fred@example.com', 'fred', 'example.com'],
  ] as const) {
    it(`takes user and host out of ${uri}`, () => {
      const { slots, defects } = scanned(inviteReplacing({ INVITE: `INVITE ${uri} SIP/2.0` }));
      assert.equal(slots.REQUEST_USER, user);
      assert.equal(slots.REQUEST_HOST, host);
      assert.deepEqual(defects, []);
      const from = scanned(inviteReplacing({ From: `From: "x" <${uri}>;tag=1` }));
      assert.equal(from.slots.FROM_USER, user);
      assert.equal(from.slots.FROM_HOST, host);
      assert.equal(from.slots.FROM_TAG, '1');
      assert.deepEqual(from.defects, []);
    });
  }

  it('says which mandatory headers are missing', () => {
    assert.deepEqual(scanned(sipBytes('INVITE sip:a@b SIP/2.0\r\n\r\n')).defects, [
      'missing_call_id',
      'missing_cseq',
      'missing_from',
      'missing_to',
      'missing_via',
    ]);
    assert.deepEqual(scanned(inviteReplacing({ 'Call-ID': 'Call-ID:  ' })).defects, ['missing_call_id']);
  });

  it('flags single headers that are there twice, and takes the first', () => {
    const { slots, defects } = scanned(inviteWith('Call-ID: other', 'f: <sip:other@x>;tag=9'));
    assert.deepEqual(defects, ['duplicate_single_header']);
    assert.equal(slots.CALL_ID, '1j9FpLxk3uxtm8tn@192.0.2.10');
    assert.equal(slots.FROM_TAG, 'a73kszlfl');
  });

  it('goes on behind a line that is no header', () => {
    for (const line of ['Foobar roobar', ': x', 'Bad Name: x', 'Bäd: x', ' folded of nothing'.trim()]) {
      const { slots, defects } = scanned(inviteWith(line, 'User-Agent: u'));
      assert.deepEqual(defects, ['bad_header_line'], line);
      assert.equal(slots.USER_AGENT, 'u', line);
    }
  });

  it('flags control characters in header lines, and lets HTAB and escaped ones be', () => {
    assert.deepEqual(scanned(inviteWith('Subject: a\tb')).defects, []);
    assert.deepEqual(scanned(inviteWith('Subject: a\x07b')).defects, ['control_characters']);
    assert.deepEqual(scanned(inviteWith('Subject: a\x7fb')).defects, ['control_characters']);
    assert.deepEqual(scanned(inviteWith('Subject: a\rb')).defects, ['control_characters']);
    assert.deepEqual(scanned(inviteWith('Subject: "a\\\x07b"')).defects, []);
    assert.deepEqual(scanned(inviteWith('Subject: "a\\\\\x07b"')).defects, ['control_characters']);
  });

  describe('bounds the body by Content-Length', () => {
    const withBody = (contentLength: string | undefined, body: string) =>
      scanned(
        sipBytes(
          new TextDecoder()
            .decode(inviteWith())
            .replace(
              'Content-Length: 0\r\n',
              contentLength === undefined ? '' : `Content-Length: ${contentLength}\r\n`,
            ) + body,
        ),
      );

    for (const [contentLength, body, expected, defects] of [
      ['5', 'hello', 'hello', ''],
      ['5', 'hello\r\n\0', 'hello', ''],
      ['5', 'hello world', 'hello', 'body_longer_than_content_length'],
      ['5', 'helloBYE sip:a@b SIP/2.0\r\n', 'hello', ''],
      ['6', 'hello', 'hello', 'body_shorter_than_content_length'],
      ['7', 'hello\0\0', 'hello\0\0', ''],
      ['0', '', undefined, ''],
      [undefined, 'hello', 'hello', ''],
      [undefined, 'hello\0\0', 'hello', ''],
      ['-5', 'hello', 'hello', 'bad_content_length'],
      ['five', 'hello', 'hello', 'bad_content_length'],
      ['', 'hello', 'hello', 'bad_content_length'],
      ['99999999999999999999', 'hello', 'hello', 'bad_content_length'],
      ['5\r\nl: 5', 'hello', 'hello', 'duplicate_single_header'],
      ['5\r\nl: 3', 'hello', 'hello', 'bad_content_length,duplicate_single_header'],
    ] as const) {
      it(`${contentLength} of ${JSON.stringify(body)}`, () => {
        const scan = withBody(contentLength, body);
        assert.equal(scan.slots.BODY, expected);
        assert.equal(scan.defects.join(), defects);
      });
    }
  });

  it('says when the message ends within its headers', () => {
    const whole = new TextDecoder().decode(inviteWith());
    assert.deepEqual(scanned(sipBytes(whole.slice(0, -2))).defects, ['no_end_of_headers']);
    assert.deepEqual(scanned(sipBytes(whole.slice(0, -4))).defects, ['no_end_of_headers', 'truncated']);
    const startLineOnly = scanned(sipBytes('BYE sip:a@b SIP/2.0'));
    assert.equal(startLineOnly.slots.METHOD, 'BYE');
    assert.equal(startLineOnly.defects.includes('truncated'), true);
  });

  it('looks into a bounded number of headers, and still finds the body', () => {
    const many = Array.from({ length: MAX_HEADERS }, (_, i) => `X-${i}: y`);
    const { slots, defects } = scanned(
      sipBytes(`${new TextDecoder().decode(inviteWith(...many, 'User-Agent: too late'))}body`),
    );
    assert.deepEqual(defects, ['too_many_headers']);
    assert.equal(slots.USER_AGENT, undefined);
    assert.equal(slots.BODY, 'body');
    const justEnough = scanned(inviteWith(...many.slice(0, MAX_HEADERS - 7)));
    assert.deepEqual(justEnough.defects, []);
  });
});
