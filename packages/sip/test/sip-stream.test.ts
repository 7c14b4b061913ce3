import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSipStream, type SipStream, type SipStreamLimits } from '@calliope/sip';
import fc from 'fast-check';
import { SDP_LINES, sipBytes } from './sample-messages.ts';

const decoder = new TextDecoder();

interface Found {
  text: string;
  timestampUs: number;
}

function collect(limits?: SipStreamLimits): { stream: SipStream; found: Found[] } {
  const found: Found[] = [];
  const stream = createSipStream((bytes, start, end, timestampUs) => {
    found.push({ text: decoder.decode(bytes.subarray(start, end)), timestampUs });
  }, limits);
  return { stream, found };
}

function message(name: string, body = '', headers = `Content-Length: ${body.length}\r\n`): string {
  return `${name} sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${name}\r\n${headers}\r\n${body}`;
}

const SDP = SDP_LINES.join('\r\n');
const INVITE = message('INVITE', SDP, `l: ${SDP.length}\r\nc: application/sdp\r\n`);
const RINGING = 'SIP/2.0 180 Ringing\r\nVia: SIP/2.0/TCP h\r\nContent-Length: 0\r\n\r\n';
const BYE = message('BYE');

/** All of it in one push. */
function textsOf(text: string, limits?: SipStreamLimits): { texts: string[]; stream: SipStream } {
  const { stream, found } = collect(limits);
  stream.push(sipBytes(text), 1);
  stream.end();
  return { texts: found.map((one) => one.text), stream };
}

describe('createSipStream', () => {
  it('finds several messages in a chunk', () => {
    const { texts, stream } = textsOf(INVITE + RINGING + BYE);
    assert.deepEqual(texts, [INVITE, RINGING, BYE]);
    assert.deepEqual([stream.skippedBytes, stream.keepAlives, stream.pendingBytes], [0, 0, 0]);
  });

  it('hands a message over as soon as it is whole', () => {
    const { stream, found } = collect();
    stream.push(sipBytes(INVITE.slice(0, -1)), 1);
    assert.equal(found.length, 0);
    assert.equal(stream.pendingBytes, INVITE.length - 1);
    stream.push(sipBytes(INVITE.slice(-1)), 2);
    assert.deepEqual(found, [{ text: INVITE, timestampUs: 1 }]);
    assert.equal(stream.pendingBytes, 0);
  });

  it('gives each message the time of the chunk with its first byte', () => {
    const { stream, found } = collect();
    const all = INVITE + RINGING + BYE;
    const cuts = [10, INVITE.length - 5, INVITE.length + 3, INVITE.length + RINGING.length + 1, all.length];
    let from = 0;
    for (const [index, to] of cuts.entries()) {
      stream.push(sipBytes(all.slice(from, to)), 100 + index);
      from = to;
    }
    assert.deepEqual(
      found.map((one) => one.timestampUs),
      [100, 102, 103],
    );
  });

  it('counts keep-alives between messages and does not take them for garbage', () => {
    const { texts, stream } = textsOf(`\r\n\r\n${BYE}\r\n${BYE}\r\n\r\n\r\n\r\n`);
    assert.deepEqual(texts, [BYE, BYE]);
    assert.equal(stream.keepAlives, 4);
    assert.equal(stream.skippedBytes, 0);
  });

  it('ends a message without Content-Length and Content-Type with its headers', () => {
    const { stream, found } = collect();
    const bare = message('OPTIONS', '', '');
    stream.push(sipBytes(bare), 1);
    assert.deepEqual(
      found.map((one) => one.text),
      [bare],
    );
  });

  it('without Content-Length but with a body, goes on to the next start line or the end', () => {
    const open = message('INVITE', SDP, 'Content-Type: application/sdp\r\n');
    assert.deepEqual(textsOf(open + BYE + open).texts, [open, BYE, open]);
    const negative = message('INVITE', SDP, 'Content-Type: application/sdp\r\nContent-Length: -1\r\n');
    assert.deepEqual(textsOf(negative + RINGING).texts, [negative, RINGING]);
    const noLineEnd = message('MESSAGE', '<x/>', 'Content-Type: text/xml\r\n');
    assert.deepEqual(textsOf(noLineEnd + RINGING + noLineEnd + BYE).texts, [noLineEnd, RINGING, noLineEnd, BYE]);
  });

  it('finds the next start line after garbage, also within a line', () => {
    const garbage = 'a=rtpmap:0 PCMU/8000\r\nnonsense INVITE SIP/2.0\r\n<end/>';
    const { texts, stream } = textsOf(`${garbage}${BYE}${garbage}${RINGING}`);
    assert.deepEqual(texts, [BYE, RINGING]);
    assert.equal(stream.skippedBytes, 2 * garbage.length);
  });

  it('does not take the status line of a message/sipfrag for a message', () => {
    const { stream, found } = collect();
    stream.gap();
    stream.push(sipBytes(`t: message/sipfrag\r\n\r\nSIP/2.0 100 Trying\r\n\r\n${BYE}`), 1);
    assert.deepEqual(
      found.map((one) => one.text),
      [BYE],
    );
  });

  it('goes on after a gap', () => {
    const { stream, found } = collect();
    stream.push(sipBytes(INVITE.slice(0, 60)), 1);
    stream.gap();
    assert.equal(stream.skippedBytes, 60);
    stream.push(sipBytes(INVITE.slice(200)), 2);
    stream.push(sipBytes(RINGING + BYE), 3);
    assert.deepEqual(found, [
      { text: RINGING, timestampUs: 3 },
      { text: BYE, timestampUs: 3 },
    ]);
    assert.equal(stream.skippedBytes, 60 + INVITE.length - 200);
    assert.equal(stream.pendingBytes, 0);
    stream.gap();
    stream.push(sipBytes(BYE), 4);
    assert.equal(found.length, 3);
  });

  it('does not believe a start line that a gap has cut', () => {
    const { stream, found } = collect();
    stream.gap();
    stream.push(sipBytes(INVITE.slice(3) + BYE), 1);
    assert.deepEqual(
      found.map((one) => one.text),
      [BYE],
    );
  });

  it('gives up at the end what is not whole', () => {
    const { texts, stream } = textsOf(BYE + INVITE.slice(0, -1));
    assert.deepEqual(texts, [BYE]);
    assert.equal(stream.skippedBytes, INVITE.length - 1);
    const { texts: headersOnly } = textsOf(INVITE.slice(0, 50));
    assert.deepEqual(headersOnly, []);
  });

  it('takes another connection’s bytes after the end', () => {
    const { stream, found } = collect();
    stream.push(sipBytes(INVITE.slice(0, 30)), 1);
    stream.end();
    stream.push(sipBytes(BYE), 2);
    assert.deepEqual(found, [{ text: BYE, timestampUs: 2 }]);
  });

  describe('holds no more than the limit', () => {
    const limits = { maxMessageBytes: 20_000 };

    for (const [what, text] of [
      ['a body that is announced as too long', message('INVITE', 'x'.repeat(30_000))],
      ['a length that is absurd', message('INVITE', 'x'.repeat(30_000), 'Content-Length: 2147483647\r\n')],
      ['headers that do not end', `INVITE sip:a@b SIP/2.0\r\n${'X: y\r\n'.repeat(8000)}`],
      ['start lines that do not end', 'INVITE sip:a@b SIP/2.0\r\nX: y\r\n'.repeat(2000)],
      ['a line that does not end', 'x'.repeat(50_000)],
      ['a request line that does not end', `INVITE sip:${'x'.repeat(50_000)}`],
      ['a body without a length', message('INVITE', 'line\r\n'.repeat(8000), 'Content-Type: text/plain\r\n')],
      ['bytes of something else', '\x16\x03\x01\x02\x00\x01\xff'.repeat(8000)],
    ] as const) {
      it(`of ${what}, and finds what follows`, () => {
        const { stream, found } = collect(limits);
        const bytes = sipBytes(text);
        for (let at = 0; at < bytes.length; at += 1000) {
          stream.push(bytes.subarray(at, at + 1000), 1);
          assert.equal(stream.pendingBytes <= limits.maxMessageBytes + 1000, true, `${stream.pendingBytes} held`);
        }
        stream.push(sipBytes(`\r\n\r\n${RINGING}`), 2);
        stream.push(sipBytes(BYE), 3);
        stream.end();
        assert.deepEqual(found.slice(-1), [{ text: BYE, timestampUs: 3 }]);
        assert.equal(stream.skippedBytes > 0 || found.length > 2, true);
      });
    }
  });

  it('finds the same however the stream is cut', () => {
    const piece = fc.constantFrom(
      INVITE,
      RINGING,
      BYE,
      '\r\n\r\n',
      '\r\n',
      'garbage\r\n',
      '<end/>',
      message('OPTIONS', '', ''),
      message('INFO', 'Signal=1', 'Content-Type: application/dtmf-relay\r\n'),
      message('MESSAGE', 'SIP/2.0 200 OK\r\n\r\n'),
      message('X-UNKNOWN', 'é'.repeat(3), 'Content-Length: 6\r\n'),
      INVITE.slice(0, 70),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (pieces, sizes) => {
          const bytes = sipBytes(pieces.join(''));
          const whole = collect();
          whole.stream.push(bytes, 1);
          whole.stream.end();
          const cut = collect();
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            cut.stream.push(bytes.slice(at, at + size), 1);
            at += size;
          }
          cut.stream.end();
          assert.deepEqual(cut.found, whole.found);
          assert.equal(cut.stream.skippedBytes, whole.stream.skippedBytes);
          assert.equal(cut.stream.keepAlives, whole.stream.keepAlives);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds the same at every single cut of three messages', () => {
    const all = `${INVITE}\r\n\r\n${RINGING}${BYE}`;
    for (let cut = 1; cut < all.length; cut++) {
      const { stream, found } = collect();
      stream.push(sipBytes(all.slice(0, cut)), 1);
      stream.push(sipBytes(all.slice(cut)), 2);
      assert.deepEqual(
        found.map((one) => one.text),
        [INVITE, RINGING, BYE],
      );
    }
  });

  it('takes any bytes, in any pieces', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(sipBytes(BYE), sipBytes('INVITE '), sipBytes('SIP/2.0 200 OK\r\n')),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.boolean()), { maxLength: 20 }), (chunks) => {
        let total = 0;
        let handedOver = 0;
        const stream = createSipStream((_bytes, start, end) => {
          assert.equal(start < end, true);
          handedOver += end - start;
        });
        for (const [bytes, hasGap] of chunks) {
          stream.push(bytes, 1);
          total += bytes.length;
          if (hasGap) stream.gap();
        }
        stream.end();
        assert.equal(handedOver + stream.skippedBytes <= total, true);
        assert.equal(stream.pendingBytes, 0);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a long message a byte at a time', () => {
    const { stream, found } = collect();
    const long = sipBytes(message('MESSAGE', 'x'.repeat(300_000)));
    for (let at = 0; at < long.length; at++) stream.push(long.subarray(at, at + 1), at);
    assert.deepEqual(
      found.map((one) => [one.text.length, one.timestampUs]),
      [[long.length, 0]],
    );
    assert.equal(stream.skippedBytes, 0);
  });
});
