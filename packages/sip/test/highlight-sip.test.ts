import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { highlightSip } from '@calliope/sip';
import fc from 'fast-check';

/** Kind and text of the tokens that are no plain text; checks that they cover everything. */
function tokensOf(text: string): [kind: string, text: string][] {
  let position = 0;
  const tokens = highlightSip(text).map(({ kind, start, end }): [string, string] => {
    assert.equal(start, position);
    assert.equal(end > start, true);
    position = end;
    return [kind, text.slice(start, end)];
  });
  assert.equal(position, text.length);
  return tokens.filter(([kind]) => kind !== 'text');
}

const START = 'INVITE sip:a@b SIP/2.0\r\n';
/** Tokens of one header line. */
const headerTokens = (line: string) => tokensOf(`${START}${line}\r\n`).slice(4);

describe('highlightSip', () => {
  it('cuts a request line', () => {
    assert.deepEqual(tokensOf('INVITE sip:+4930123@192.0.2.1:5060;user=phone SIP/2.0\r\n'), [
      ['method', 'INVITE'],
      ['uri', 'sip:'],
      ['number', '+4930123'],
      ['uri', '@'],
      ['ip', '192.0.2.1'],
      ['uri', ':5060;user=phone'],
      ['version', 'SIP/2.0'],
    ]);
    assert.deepEqual(tokensOf('BYE tel:+49-30 SIP/2.0'), [
      ['method', 'BYE'],
      ['uri', 'tel:'],
      ['number', '+49-30'],
      ['version', 'SIP/2.0'],
    ]);
    assert.deepEqual(tokensOf('BYE sip:[2001:db8::1] SIP/2.0').slice(1, 3), [
      ['uri', 'sip:'],
      ['ip', '[2001:db8::1]'],
    ]);
  });

  it('cuts a status line', () => {
    assert.deepEqual(tokensOf('SIP/2.0 486 Busy Here\n'), [
      ['version', 'SIP/2.0'],
      ['status', '486'],
      ['reason', 'Busy Here'],
    ]);
  });

  it('cuts headers', () => {
    assert.equal(tokensOf(START).length, 3);
    const line = (text: string) => tokensOf(`${START}${text}\r\n`).slice(3);
    assert.deepEqual(line('From : "sip:no@192.0.2.9;tag=no" <sip:bob@10.0.0.1>;tag=a73'), [
      ['header-name', 'From'],
      ['header-value', '"sip:no@192.0.2.9;tag=no" <'],
      ['uri', 'sip:bob@'],
      ['ip', '10.0.0.1'],
      ['header-value', '>;tag='],
      ['tag', 'a73'],
    ]);
    assert.deepEqual(line('v: SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1;rport'), [
      ['header-name', 'v'],
      ['header-value', 'SIP/2.0/UDP '],
      ['ip', '[2001:db8::1]'],
      ['header-value', ':5060;branch='],
      ['branch', 'z9hG4bK1'],
      ['header-value', ';rport'],
    ]);
    assert.deepEqual(line('i: abc@192.0.2.1'), [
      ['header-name', 'i'],
      ['call-id', 'abc@192.0.2.1'],
    ]);
    assert.deepEqual(line('CSeq: 1 INVITE'), [
      ['header-name', 'CSeq'],
      ['header-value', '1 '],
      ['method', 'INVITE'],
    ]);
    assert.deepEqual(line('Authorization: Digest realm="x"'), [
      ['header-name', 'Authorization'],
      ['auth', 'Digest realm="x"'],
    ]);
    assert.deepEqual(line('CSeq: x'), [
      ['header-name', 'CSeq'],
      ['method', 'x'],
    ]);
    assert.deepEqual(line('no header'), [['header-value', 'no header']]);
    assert.deepEqual(line('Call-ID: a\r\n b'), [
      ['header-name', 'Call-ID'],
      ['call-id', 'a'],
      ['call-id', ' b'],
    ]);
    assert.deepEqual(headerTokens('Max-Forwards: 70'), [['header-value', '70']]);
  });

  it('cuts SDP, also within multiparts, and leaves other bodies whole', () => {
    const head = (type: string) => `${START}Content-Type: ${type}\r\n\r\n`;
    const bodyOf = (type: string, body: string) => tokensOf(head(type) + body).slice(5);
    assert.deepEqual(bodyOf('application/sdp', 'c=IN IP4 10.2.3.4\r\ngarbage'), [
      ['sdp-type', 'c='],
      ['sdp-value', 'IN IP4 '],
      ['ip', '10.2.3.4'],
      ['body', 'garbage'],
    ]);
    assert.deepEqual(
      bodyOf('multipart/mixed;boundary=x', '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x\r\n\r\nv=0\r\n'),
      [
        ['body', '--x'],
        ['body', 'Content-Type: application/sdp'],
        ['sdp-type', 'v='],
        ['sdp-value', '0'],
        ['body', '--x'],
        ['body', 'v=0'],
      ],
    );
    assert.deepEqual(bodyOf('text/plain', 'v=0'), [['body', 'v=0']]);
  });

  it('leaves what is no SIP as it is', () => {
    assert.deepEqual(tokensOf('Nov 24 kamailio: sip:a@192.0.2.1\nVia: x'), []);
    assert.deepEqual(highlightSip(''), []);
  });

  it('covers any text without gaps', () => {
    const piece = fc.constantFrom(
      'INVITE ',
      'sip:',
      'tel:',
      '+49',
      '@',
      '192.0.2.1',
      '[::1]',
      ';tag=',
      ';branch=',
      'x',
      '"',
      '\\',
      '<',
      '>',
      ':',
      '\r\n',
      '\n',
      ' ',
      ' SIP/2.0',
      'SIP/2.0 200 ',
      'Via',
      'CSeq',
      'Call-ID',
      'v=',
      'c: application/sdp',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => void tokensOf(pieces.join(''))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => void tokensOf(START + pieces.join(''))),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void tokensOf(text)));
  });
});
