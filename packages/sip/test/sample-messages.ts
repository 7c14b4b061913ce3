import { defectNames, emptyFields, Field, type MessageFields } from '@calliope/model';
import { scanSip } from '@calliope/sip';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of lines with CRLF between them; a string stays as it is. */
export function sipBytes(lines: string | readonly string[]): Uint8Array {
  return encoder.encode(typeof lines === 'string' ? lines : lines.join('\r\n'));
}

/** A correct INVITE. `more` are header lines in front of Content-Length. */
export function inviteWith(...more: string[]): Uint8Array {
  return sipBytes([
    'INVITE sip:+4930123456@sip.example.net;user=phone SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-524287-1;rport',
    'Max-Forwards: 70',
    'From: "Alice" <sip:+4989765432@example.org>;tag=a73kszlfl',
    'To: <sip:+4930123456@example.net>',
    'Call-ID: 1j9FpLxk3uxtm8tn@192.0.2.10',
    'CSeq: 1 INVITE',
    ...more,
    'Content-Length: 0',
    '',
    '',
  ]);
}

/** A correct INVITE with other lines for some of its headers. */
export function inviteReplacing(replacements: Record<string, string>): Uint8Array {
  const lines = decoder.decode(inviteWith()).split('\r\n');
  const replaced = lines.map((line) => replacements[line.split(/[: ]/, 1)[0]!] ?? line);
  return sipBytes(replaced);
}

export type FieldName = keyof typeof Field;

/** The slots that are present, as text. */
export function slotsOf(fields: MessageFields): Partial<Record<FieldName, string>> {
  const slots: Partial<Record<FieldName, string>> = {};
  for (const name of Object.keys(Field) as FieldName[]) {
    const start = fields.at[2 * Field[name]]!;
    const end = fields.at[2 * Field[name] + 1]!;
    if (end > start) slots[name] = decoder.decode(fields.bytes.subarray(start, end));
  }
  return slots;
}

export function scanned(bytes: Uint8Array): {
  isSip: boolean;
  slots: Partial<Record<FieldName, string>>;
  defects: string[];
  fields: MessageFields;
} {
  const fields = emptyFields();
  const isSip = scanSip(bytes, 0, bytes.length, fields);
  return { isSip, slots: slotsOf(fields), defects: defectNames(fields.defects), fields };
}

export const SDP_LINES = [
  'v=0',
  'o=alice 2890844526 2890844527 IN IP4 192.0.2.10',
  's=-',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 49170 RTP/AVP 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=sendrecv',
  '',
];
