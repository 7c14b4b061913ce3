import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it } from 'node:test';
import { headerValues, parseNameAddress, parseSip, parseVia } from '@calliope/sip';
import fc from 'fast-check';
import { inviteWith, SDP_LINES, scanned, sipBytes } from './sample-messages.ts';
import { scanAny, takeApart } from './take-apart.ts';

const shared = process.env.CALLIOPE_FIXTURES ?? join(import.meta.dirname, '../../../../shared');
const folder = [join(shared, 'fixtures/rfc4475'), join(shared, 'rfc4475')].find((path) => existsSync(path));
const skip = folder === undefined ? `no fixtures/rfc4475 in ${shared}: set CALLIOPE_FIXTURES` : false;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const hostBytes = fc.constantFrom('example.com', '192.0.2.1', '[2001:db8::1]', 'a.b', 'host_1');
const userBytes = fc.constantFrom(
  'alice',
  '+4930123456',
  'a;b=c',
  "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/",
  '%61b',
);
const uriText = fc
  .record({
    scheme: fc.constantFrom('sip:', 'SIPS:', 'sip:'),
    user: fc.option(fc.tuple(userBytes, fc.constantFrom('', ':pass!word'))),
    host: hostBytes,
    port: fc.constantFrom('', ':5060', ':1'),
    tail: fc.constantFrom('', ';transport=tcp', ';lr;x=y'),
  })
  .map(({ scheme, user, host, port, tail }) => ({
    text: `${scheme}${user ? `${user.join('')}@` : ''}${host}${port}${tail}`,
    user: user?.[0],
    host: host.replace(/[[\]]/g, ''),
  }));
const displayName = fc.constantFrom('', '"A, B" ', 'Alice Token ', '"\\"<sip:no@x>;tag=no" ', '"Jürgen"', 'x\r\n ');
const tag = fc.constantFrom('a73', "-.!%*_+`'~", '1');
const blank = fc.constantFrom('', ' ', '\t ', '\r\n ');
const party = fc.record({ uri: uriText, displayName, tag: fc.option(tag), a: blank, b: blank, c: blank });
type Party = {
  uri: { text: string; user: string | undefined; host: string };
  displayName: string;
  tag: string | null;
  a: string;
  b: string;
  c: string;
};
const partyText = ({ uri, displayName, tag, a, b, c }: Party) =>
  `${displayName}<${uri.text}>${a};x${b}=${c}"tag=q;"${tag === null ? '' : `${a};${b}tag${c}=${a}${tag}`}`;

describe('scanSip and parseSip', () => {
  it('find in a generated message what was put into it, whatever its form', () => {
    fc.assert(
      fc.property(
        party,
        party,
        uriText,
        fc.constantFrom('INVITE', 'BYE', 'X-!METHOD'),
        fc.nat(0x7fffffff),
        fc.constantFrom(['From', 'To', 'Via', 'Call-ID'], ['f', 't', 'v', 'i'], ['FROM ', 'tO\t', 'VIA', 'CALL-ID  ']),
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
        (from, to, request, method, cseq, names, order) => {
          const lines = [
            `${names[0]}: ${partyText(from)}`,
            `${names[1]}:${partyText(to)}`,
            `${names[2]}: SIP/2.0/TCP host;branch=z9hG4bK9, SIP/2.0/UDP other;branch=no`,
            `${names[3]}: the-id`,
            `CSeq: ${cseq} ${method}`,
          ];
          const bytes = sipBytes([
            `${method} ${request.text} SIP/2.0`,
            ...order.map((index) => lines[index]!),
            'Content-Length: 4',
            '',
            'body',
          ]);
          const { slots, defects, fields } = scanned(bytes);
          assert.deepEqual(defects, []);
          assert.equal(fields.cseq, cseq);
          assert.deepEqual(
            [slots.METHOD, slots.REQUEST_USER, slots.REQUEST_HOST, slots.CALL_ID, slots.BODY, slots.VIA_BRANCH],
            [method, request.user, request.host, 'the-id', 'body', 'z9hG4bK9'],
          );
          assert.deepEqual(
            [slots.FROM_USER, slots.FROM_HOST, slots.FROM_TAG],
            [from.uri.user, from.uri.host, from.tag ?? undefined],
          );
          assert.deepEqual(
            [slots.TO_USER, slots.TO_HOST, slots.TO_TAG],
            [to.uri.user, to.uri.host, to.tag ?? undefined],
          );

          const parsed = parseSip(bytes);
          assert.deepEqual(parsed.fields, fields);
          assert.equal(parsed.method, method);
          assert.equal(parsed.requestUri, request.text);
          const parsedFrom = parseNameAddress(headerValues(parsed, 'from')[0]!);
          assert.equal(parsedFrom.uri, from.uri.text);
          assert.equal(parsedFrom.parameters.get('tag'), from.tag ?? undefined);
          assert.equal(parsedFrom.parameters.get('x'), 'tag=q;');
          assert.equal(parsedFrom.isValid, true);
          assert.equal(parseVia(headerValues(parsed, 'via')[0]!).parameters.get('branch'), 'z9hG4bK9');
        },
      ),
      { numRuns: 400 },
    );
  });

  it('take any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), takeApart), { numRuns: 500 });
    const start = sipBytes('SIP/2.0 200 OK\r\nFrom:');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => takeApart(Uint8Array.of(...start, ...tail))),
      { numRuns: 500 },
    );
    const piece = fc.constantFrom(
      '"',
      '<',
      '>',
      ';',
      ',',
      '\\',
      ':',
      '@',
      '[',
      ']',
      '\r\n',
      ' ',
      '\r\n ',
      '=',
      'sip:',
      'Via',
      'Contact',
      'From: ',
      'tag=',
      '\0',
      'é',
      '?',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) =>
        takeApart(sipBytes(`INVITE sip:a@b SIP/2.0\r\nContact: ${pieces.join('')}`)),
      ),
      { numRuns: 1000 },
    );
  });

  const good = sipBytes(
    decoder
      .decode(
        inviteWith(
          'Contact: "x" <sip:a@[::1]:5060;lr>;expires=60',
          'Content-Type: application/sdp',
          'P-Asserted-Identity: <tel:+49>',
        ),
      )
      .replace('Content-Length: 0', `Content-Length: ${SDP_LINES.join('\r\n').length}`) + SDP_LINES.join('\r\n'),
  );

  it('take every prefix and every change of one byte of a good INVITE', () => {
    takeApart(good);
    for (let length = 0; length < good.length; length++) takeApart(good.subarray(0, length));
    const changed = good.slice();
    for (let at = 0; at < good.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        changed[at] = byte;
        scanAny(changed);
        if (byte % 64 === at % 64) takeApart(changed);
      }
      changed[at] = good[at]!;
    }
  });

  it('take every prefix and changes of every byte of the torture messages', { skip }, () => {
    for (const name of readdirSync(folder!).filter((file) => file.endsWith('.dat'))) {
      const bytes = new Uint8Array(readFileSync(join(folder!, name)));
      for (let length = 0; length < bytes.length; length++) scanAny(bytes.subarray(0, length));
      for (let at = 0; at < bytes.length; at++) {
        const original = bytes[at]!;
        for (const byte of [0, 10, 13, 32, 34, 44, 58, 59, 60, 62, 64, 91, 92, 127, 255, original ^ 32]) {
          bytes[at] = byte;
          scanAny(bytes);
        }
        // Parsing takes ten times as long: each eighth position, by turns.
        if (at % 8 === 0) takeApart(bytes);
        bytes[at] = original;
      }
    }
  });
});
