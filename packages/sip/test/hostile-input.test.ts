import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { highlightSip } from '@calliope/sip';
import { sipBytes } from './sample-messages.ts';
import { takeApart } from './take-apart.ts';

describe('hostile input', () => {
  /** 64 KiB of what could make a scanner go over the same bytes again and again. */
  for (const piece of [
    ',',
    '"',
    ';',
    '\r\n ',
    ':',
    '<',
    '>',
    '@',
    '[',
    '\\',
    '"\\',
    '\\"',
    ' ',
    '\t',
    '=',
    ';=',
    ';a="',
    '<"',
    '@[',
    'sip:',
    ',<',
    ',"',
    'a ',
    '\0',
    ';tag=',
    '?',
    '(',
    '\r',
    '\n',
    '\r\n',
    'x:\r\n',
    '%00',
    '--x\r\n',
    'm=\r\n',
    'é',
    ' SIP/2.0',
    'SIP/2.0 ',
  ]) {
    it(`take 64 KiB of ${JSON.stringify(piece)} anywhere`, () => {
      const filler = piece.repeat(Math.ceil(65_536 / piece.length));
      for (const text of [
        filler,
        `INVITE ${filler} SIP/2.0\r\n\r\n`,
        `INVITE sip:${filler} SIP/2.0\r\n\r\n`,
        `SIP/2.0 200 ${filler}\r\n\r\n`,
        ...['From', 'Via', 'Contact'].flatMap((name) => [
          `INVITE sip:a@b SIP/2.0\r\n${name}: "${filler}`,
          `INVITE sip:a@b SIP/2.0\r\n${name}: <sip:${filler}>\r\n\r\n`,
          `INVITE sip:a@b SIP/2.0\r\n${name}: SIP/2.0/UDP h;x="${filler}\r\n\r\n`,
        ]),
        ...['Contact', 'P-Asserted-Identity', 'History-Info', 'CSeq', 'Warning', 'X', 'Content-Length'].map(
          (name) => `INVITE sip:a@b SIP/2.0\r\n${name}: ${filler}\r\n\r\n`,
        ),
        `INVITE sip:a@b SIP/2.0\r\nc: application/sdp\r\n\r\n${filler}`,
        `INVITE sip:a@b SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\na=${filler}`,
        `INVITE sip:a@b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n${filler}`,
      ]) {
        const bytes = sipBytes(text);
        takeApart(bytes);
        const tokens = highlightSip(text);
        assert.equal(tokens.at(-1)?.end, text.length);
      }
    });
  }
});
