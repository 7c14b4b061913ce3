import { canonicalHeaderName } from './canonical-header-name.ts';
import { mediaTypeOf } from './multipart-parts.ts';

export const SIP_TOKEN_KINDS = [
  'text',
  'method',
  'uri',
  'version',
  'status',
  'reason',
  'header-name',
  'header-value',
  'call-id',
  'tag',
  'branch',
  'number',
  'ip',
  'auth',
  'sdp-type',
  'sdp-value',
  'body',
] as const;
export type SipTokenKind = (typeof SIP_TOKEN_KINDS)[number];

/** A piece of the text: [start, end) in UTF-16 units. */
export interface SipToken {
  kind: SipTokenKind;
  start: number;
  end: number;
}

const CALL_ID_HEADERS = new Set(['Call-ID', 'X-Call-ID', 'X-CID', 'In-Reply-To', 'Session-ID']);
const AUTH_HEADERS = new Set([
  'Authorization',
  'Proxy-Authorization',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authentication-Info',
  'Identity',
]);

/** Writes tokens one behind the other, so that there can be no gap. */
interface TokenWriter {
  text: string;
  /** End of the last token. */
  position: number;
  tokens: SipToken[];
}

function push(writer: TokenWriter, kind: SipTokenKind, end: number): void {
  if (end <= writer.position) return;
  writer.tokens.push({ kind, start: writer.position, end });
  writer.position = end;
}

/**
 * Cuts the text of a SIP message into tokens for display: in order, without gaps or overlaps, none empty. Text that is no SIP is `text`.
 * Line ends and what divides tokens are `text`, too. Takes linear time.
 */
export function highlightSip(text: string): SipToken[] {
  const writer: TokenWriter = { text, position: 0, tokens: [] };
  let lineStart = 0;
  let section: 'start' | 'headers' | 'body' | 'other' = 'start';
  let header = '';
  let contentType = '';
  const body: BodyState = { isMultipart: false, isSdp: false, isInPartHeaders: false };
  while (lineStart < text.length) {
    const lineFeed = text.indexOf('\n', lineStart);
    const next = lineFeed < 0 ? text.length : lineFeed + 1;
    let end = lineFeed < 0 ? text.length : lineFeed;
    if (end > lineStart && text[end - 1] === '\r') end--;
    const isEmpty = end === lineStart;
    if (section === 'start' && !isEmpty) {
      section = pushStartLine(writer, lineStart, end) ? 'headers' : 'other';
    } else if (section === 'headers' && isEmpty) {
      section = 'body';
      body.isMultipart = mediaTypeOf(contentType).startsWith('multipart/');
      body.isSdp = mediaTypeOf(contentType) === 'application/sdp';
    } else if (section === 'headers') {
      const isContinued = text[lineStart] === ' ' || text[lineStart] === '\t';
      if (!isContinued) header = pushHeaderName(writer, lineStart, end);
      if (header === 'Content-Type') contentType += text.slice(writer.position, end);
      pushHeaderValue(writer, header, end);
    } else if (section === 'body') {
      pushBodyLine(writer, body, lineStart, end);
    }
    push(writer, 'text', next);
    lineStart = next;
  }
  return writer.tokens;
}

/** False, and nothing pushed, when it is no start line. */
function pushStartLine(writer: TokenWriter, start: number, end: number): boolean {
  const { text } = writer;
  const status = /^(SIP\/\d{1,3}\.\d{1,3})( {1,8})(\d{1,10})( ?)/.exec(text.slice(start, Math.min(end, start + 64)));
  if (status) {
    push(writer, 'version', start + status[1]!.length);
    push(writer, 'text', writer.position + status[2]!.length);
    push(writer, 'status', writer.position + status[3]!.length);
    push(writer, 'text', writer.position + status[4]!.length);
    push(writer, 'reason', end);
    return true;
  }
  const version = text.slice(start, end).lastIndexOf(' SIP/') + start;
  const space = text.indexOf(' ', start);
  if (space <= start || version <= space) return false;
  push(writer, 'method', space);
  push(writer, 'text', space + 1);
  pushUri(writer, version);
  push(writer, 'text', version + 1);
  push(writer, 'version', end);
  return true;
}

/** Canonical name of the header; '' when the line is none, and then nothing is pushed. */
function pushHeaderName(writer: TokenWriter, start: number, end: number): string {
  const { text } = writer;
  const colon = text.slice(start, end).indexOf(':') + start;
  if (colon <= start) return '';
  let nameEnd = colon;
  while (nameEnd > start && (text[nameEnd - 1] === ' ' || text[nameEnd - 1] === '\t')) nameEnd--;
  push(writer, 'header-name', nameEnd);
  let valueStart = colon + 1;
  while (valueStart < end && text[valueStart] === ' ') valueStart++;
  push(writer, 'text', valueStart);
  return canonicalHeaderName(text.slice(start, nameEnd));
}

function pushHeaderValue(writer: TokenWriter, header: string, end: number): void {
  if (CALL_ID_HEADERS.has(header)) {
    push(writer, 'call-id', end);
  } else if (AUTH_HEADERS.has(header)) {
    push(writer, 'auth', end);
  } else if (header === 'CSeq') {
    const number = /^\s*\d+\s+/.exec(writer.text.slice(writer.position, end));
    push(writer, 'header-value', writer.position + (number?.[0].length ?? 0));
    push(writer, 'method', end);
  } else {
    pushInteresting(writer, 'header-value', end);
  }
}

/**
 * What is worth a colour within a value: 1: quoted string, to be passed over; 2, 3: parameter; 4: URI; 5: address.
 * No part of it gives back what it took, so that the time stays linear.
 */
const INTERESTING =
  /("(?:[^"\\]|\\[\s\S]?)*"?)|(?<=[;,\s])(tag|branch)\s{0,4}=\s{0,4}([^;,\s>"]+)|((?:sips?|tel):[^\s<>",;]+)|(\[[0-9a-f:.]{2,45}\]|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))/gi;

/** Pushes from where the last token ended to `end`; what is not interesting is of `kind`. */
function pushInteresting(writer: TokenWriter, kind: SipTokenKind, end: number): void {
  const from = writer.position;
  for (const match of writer.text.slice(from, end).matchAll(INTERESTING)) {
    const [whole, quoted, parameterName, parameterValue, uri] = match;
    if (quoted !== undefined) continue;
    const matchStart = from + match.index;
    const matchEnd = matchStart + whole.length;
    if (parameterValue !== undefined) {
      push(writer, kind, matchEnd - parameterValue.length);
      push(writer, parameterName!.toLowerCase() === 'tag' ? 'tag' : 'branch', matchEnd);
    } else {
      push(writer, kind, matchStart);
      if (uri !== undefined) pushUri(writer, matchEnd);
      else push(writer, 'ip', matchEnd);
    }
  }
  push(writer, kind, end);
}

/** Scheme, user, host and the rest; the user may be a number, the host an address. */
const URI_PARTS =
  /^(<?(?:sips?|tel):)(?:(\+?[\d().*#-]{2,40})(?=[@;:>]|$)|[^@]*(?=@))?(@?)(\[[0-9a-f:.]{2,45}\]|\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))?/i;

/** Pushes the URI from where the last token ended to `end`. */
function pushUri(writer: TokenWriter, end: number): void {
  const from = writer.position;
  const match = URI_PARTS.exec(writer.text.slice(from, end));
  if (match) {
    const [whole, scheme, number, , address] = match;
    const isTel = /^<?tel:/i.test(scheme!);
    if (address !== undefined && !isTel) {
      if (number !== undefined && whole.includes('@')) {
        push(writer, 'uri', from + scheme!.length);
        push(writer, 'number', writer.position + number.length);
      }
      push(writer, 'uri', from + whole.length - address.length);
      push(writer, 'ip', from + whole.length);
    } else if (number !== undefined && (isTel || whole.endsWith('@'))) {
      push(writer, 'uri', from + scheme!.length);
      push(writer, 'number', writer.position + number.length);
    }
  }
  push(writer, 'uri', end);
}

interface BodyState {
  isMultipart: boolean;
  isSdp: boolean;
  isInPartHeaders: boolean;
}

function pushBodyLine(writer: TokenWriter, body: BodyState, start: number, end: number): void {
  const line = writer.text.slice(start, Math.min(end, start + 200));
  if (body.isMultipart) {
    if (line.startsWith('--')) {
      body.isInPartHeaders = true;
      body.isSdp = false;
    } else if (body.isInPartHeaders && line === '') {
      body.isInPartHeaders = false;
    } else if (body.isInPartHeaders && /^content-type[ \t]{0,8}:[ \t]{0,8}application\/sdp\b/i.test(line)) {
      body.isSdp = true;
    }
  }
  if (body.isSdp && !body.isInPartHeaders && /^[a-z]=/i.test(line)) {
    push(writer, 'sdp-type', start + 2);
    pushInteresting(writer, 'sdp-value', end);
  } else {
    push(writer, 'body', end);
  }
}
