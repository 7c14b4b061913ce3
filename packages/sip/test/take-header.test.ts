import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inviteReplacing, inviteWith, scanned } from './sample-messages.ts';

describe('scanSip, header by header', () => {
  for (const [value, user, host, tag, defects] of [
    ['sip:a@b;tag=1', 'a', 'b', '1', ''],
    ['sip:a@b ; tag = 1', 'a', 'b', '1', ''],
    ['"<sip:not@this>;tag=no" <sip:a@b>;tag=1', 'a', 'b', '1', ''],
    ['"say \\"hi\\", <x>" <sip:a@b>;x="tag=no;";tag=1', 'a', 'b', '1', ''],
    ['"NUL \\\0" <sip:a@b>;tag=1', 'a', 'b', '1', ''],
    ['Token1 Token-2 <sip:a@b>;tag="q"', 'a', 'b', 'q', ''],
    ['<sip:a@b;tag=inner>;tag=outer', 'a', 'b', 'outer', ''],
    ['<sip:a@b>;TAG=1;tag=2', 'a', 'b', '1', ''],
    ['<sip:b>', undefined, 'b', undefined, ''],
    ['sip:a@b;x=1;y', 'a', 'b', undefined, ''],
    ['"NUL \0" <sip:a@b>;tag=1', 'a', 'b', '1', 'control_characters'],
    ['"open <sip:a@b>;tag=1', 'a', 'b', '1', 'bad_from,unbalanced_quotes'],
    ['"x" sip:a@b;tag=1', 'a', 'b', '1', 'bad_from'],
    ['Bell, A. <sip:a@b>;tag=1', 'a', 'b', '1', 'bad_from'],
    ['Jürgen <sip:a@b>;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@b', 'a', 'b', undefined, 'bad_from'],
    ['< sip:a@b >;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@b>;;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@b>x;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@b>, <sip:c@d>;tag=1', 'a', 'b', '1', 'bad_from'],
    ['a@b;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@realm@b>;tag=1', 'a@realm', 'b', '1', 'bad_from'],
    ['<sip:@b>;tag=1', undefined, 'b', '1', 'bad_from'],
    ['<sip:a@>;tag=1', 'a', undefined, '1', 'bad_from'],
    ['<sip:a@b:port>;tag=1', 'a', 'b', '1', 'bad_from'],
    ['<sip:a@[::1>;tag=1', 'a', '[', '1', 'bad_from'],
    ['', undefined, undefined, undefined, 'bad_from'],
    ['<isbn:2983792873>;tag=1', undefined, undefined, '1', 'unknown_scheme'],
  ] as const) {
    it(`reads From: ${JSON.stringify(value)}`, () => {
      const scan = scanned(inviteReplacing({ From: `From: ${value}` }));
      assert.deepEqual(
        [scan.slots.FROM_USER, scan.slots.FROM_HOST, scan.slots.FROM_TAG, scan.defects.join()],
        [user, host, tag, defects],
      );
    });
  }

  for (const [value, transport, branch, defects] of [
    ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1', 'WSS', 'z9hG4bK1', ''],
    ['SIP / 2.0 / UDP [2001:db8::1] : 5060 ; branch = z9hG4bK1', 'UDP', 'z9hG4bK1', ''],
    ['SIP/2.0/UDP a;received=192.0.2.1;rport=5060;branch=b1, SIP/2.0/TCP b;branch=b2', 'UDP', 'b1', ''],
    ['SIP/2.0/UDP a', 'UDP', undefined, ''],
    ['SIP/2.0/UDP a;branch=z9hG4bK', 'UDP', 'z9hG4bK', 'bad_via'],
    ['SIP/2.0/UDP a;;branch=b', 'UDP', 'b', 'bad_via'],
    ['SIP/2.0/UDP a;branch=b,', 'UDP', 'b', 'bad_via'],
    ['SIP/2.0/UDP ;branch=b', 'UDP', 'b', 'bad_via'],
    ['SIP/2.0 a;branch=b', 'a', 'b', 'bad_via'],
    ['SIP/2.0/UDP a:50600000;branch=b', 'UDP', 'b', 'bad_via'],
    ['SIP/2.0/UDP a_b$;branch=b', 'UDP', 'b', 'bad_via'],
    ['', undefined, undefined, 'bad_via'],
  ] as const) {
    it(`reads Via: ${value}`, () => {
      const scan = scanned(inviteReplacing({ Via: `Via: ${value}` }));
      assert.deepEqual(
        [scan.slots.VIA_TRANSPORT, scan.slots.VIA_BRANCH, scan.defects.join()],
        [transport, branch, defects],
      );
    });
  }

  it('takes the first of several Via headers', () => {
    const scan = scanned(inviteWith('Via: SIP/2.0/TCP second;branch=no'));
    assert.equal(scan.slots.VIA_BRANCH, 'z9hG4bK-524287-1');
    assert.deepEqual(scan.defects, []);
  });

  it('takes the first asserted identity with a user, whatever the order of headers', () => {
    const asserted = (...lines: string[]) => scanned(inviteWith(...lines)).slots.ASSERTED_USER;
    assert.equal(asserted('P-Asserted-Identity: <sip:host>, "x, y" <tel:+491;x=y>, <sip:no@b>'), '+491');
    assert.equal(asserted('P-Asserted-Identity: <sip:a@b>', 'P-Asserted-Identity: <tel:+2>'), 'a');
    assert.equal(asserted('Remote-Party-ID: <sip:r@b>;party=calling', 'P-Preferred-Identity: <sip:p@b>'), 'p');
    assert.equal(asserted('P-Asserted-Identity: <sip:a@b>', 'P-Preferred-Identity: <sip:p@b>'), 'a');
    assert.equal(asserted('P-Preferred-Identity: <sip:p@b>', 'P-Asserted-Identity: sip:a@b'), 'a');
    assert.equal(asserted('P-Asserted-Identity: <sip:host>', 'Remote-Party-ID: <sip:r@b>'), 'r');
    assert.equal(asserted('P-Asserted-Identity: <urn:x>'), undefined);
  });

  it('takes the diverting user from Diversion, else from the History-Info entry before the current target', () => {
    const diverting = (...lines: string[]) => scanned(inviteWith(...lines)).slots.DIVERSION_USER;
    assert.equal(diverting('Diversion: <sip:first@b>;reason=no-answer, <sip:second@b>'), 'first');
    assert.equal(diverting('Diversion: <sip:first@b>', 'Diversion: <sip:second@b>'), 'first');
    assert.equal(diverting('History-Info: <sip:one@b>;index=1'), undefined);
    assert.equal(diverting('History-Info: <sip:one@b>;index=1, <sip:two@b?Reason=SIP%3Bcause%3D302>;index=1.1'), 'one');
    assert.equal(
      diverting(
        'History-Info: <sip:1@b>;index=1',
        'History-Info: <sip:2@b>;index=1.1',
        'History-Info: <sip:3@b>;index=2',
      ),
      '2',
    );
    assert.equal(diverting('History-Info: <sip:1@b>, <sip:2@b>', 'Diversion: <sip:d@b>'), 'd');
  });

  it('prefers User-Agent to Server, in any order', () => {
    assert.equal(scanned(inviteWith('Server: s', 'User-Agent: u')).slots.USER_AGENT, 'u');
    assert.equal(scanned(inviteWith('User-Agent: u', 'Server: s')).slots.USER_AGENT, 'u');
    assert.equal(scanned(inviteWith('User-Agent:', 'Server: s')).slots.USER_AGENT, 's');
  });

  it('checks CSeq', () => {
    const cseq = (value: string) => {
      const { fields, defects } = scanned(inviteReplacing({ CSeq: `CSeq: ${value}` }));
      return [fields.cseq, defects.join()];
    };
    assert.deepEqual(cseq('2147483647 INVITE'), [2147483647, '']);
    assert.deepEqual(cseq('2147483648 INVITE'), [0, 'bad_cseq']);
    assert.deepEqual(cseq('36893488147419103232 INVITE'), [0, 'bad_cseq']);
    assert.deepEqual(cseq('-1 INVITE'), [0, 'bad_cseq']);
    assert.deepEqual(cseq('1'), [1, 'bad_cseq']);
    assert.deepEqual(cseq('INVITE'), [0, 'bad_cseq']);
    assert.deepEqual(cseq('1 INVITE x'), [1, 'bad_cseq']);
    assert.deepEqual(cseq('1 invite'), [1, 'cseq_method_mismatch']);
    assert.deepEqual(cseq(''), [0, 'bad_cseq']);
  });

  it('checks Contact', () => {
    const defects = (value: string) => scanned(inviteWith(`Contact: ${value}`)).defects.join();
    assert.equal(defects('*'), '');
    assert.equal(defects('<sip:a@b>;q=0.7;expires=3600, "x, <y>" <sips:c@d;lr>, <tel:+49>, sip:e@f;expires=0'), '');
    assert.equal(defects('sip:a@b?x=y'), 'bad_contact');
    assert.equal(defects('<sip:a@b?x=y>'), '');
    assert.equal(defects('<sip:a@b>,'), 'bad_contact');
    assert.equal(defects('<sip:a@b>;expires=4294967296'), 'bad_number_value');
    assert.equal(defects('<sip:a@b>;expires=soon'), 'bad_number_value');
    assert.equal(defects('<name:John_Smith>'), 'unknown_scheme');
    assert.equal(defects('"x <sip:a@b>, <sip:c@d>'), 'bad_contact,unbalanced_quotes');
  });

  it('checks headers that hold numbers and dates', () => {
    const defects = (line: string) => scanned(inviteWith(line)).defects.join();
    assert.equal(defects('Expires: 4294967295'), '');
    assert.equal(defects('Expires: 4294967296'), 'bad_number_value');
    assert.equal(defects('Expires: Thu, 01 Dec 1994 16:00:00 GMT'), 'bad_number_value');
    assert.equal(defects('Session-Expires: 1800;refresher=uac'), '');
    assert.equal(defects('Min-SE: 90'), '');
    assert.equal(defects('RSeq: x'), 'bad_number_value');
    assert.equal(defects('Retry-After: 18000 (in a meeting);duration=60'), '');
    assert.equal(defects('Retry-After: 18000, 2'), 'bad_number_value');
    assert.equal(defects('Warning: 307 isi.edu "a, 1 b", 301 isi.edu "c"'), '');
    assert.equal(defects('Warning: 307 isi.edu "a", 1812 b "c"'), 'bad_number_value');
    assert.equal(defects('Date: Sat, 13 Nov 2010 23:29:00 GMT'), '');
    assert.equal(defects('Date: Sat, 13 Nov 2010 23:29:00 EST'), 'bad_date');
    assert.equal(defects('Timestamp: 54'), '');
    assert.equal(defects('Timestamp: 54.21 0.1'), '');
    assert.equal(defects('Timestamp: .2'), 'bad_timestamp');
    assert.equal(defects('Timestamp: now'), 'bad_timestamp');
    const maxForwards = scanned(inviteReplacing({ 'Max-Forwards': 'Max-Forwards: 256' }));
    assert.deepEqual(maxForwards.defects, ['bad_number_value']);
  });
});
