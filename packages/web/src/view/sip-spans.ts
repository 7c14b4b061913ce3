export type SipSpanKind = 'start' | 'name' | 'uri' | 'number' | 'parameter' | 'string' | 'muted' | 'text' | 'value';

/** A piece of a message's text and what it is. All pieces together are the text, unchanged. */
export interface SipSpan {
  kind: SipSpanKind;
  text: string;
}

/** URIs; quoted strings; `;name` of a parameter; address:port; numbers. One alternative a kind, none can match the empty text. */
const VALUE_PARTS =
  /((?:sips?|tel|urn|https?):[^\s<>;,"]+)|("(?:\\.|[^"\\])*"?)|([;?&][A-Za-z][\w.!%*+~-]*)|((?<=^|[\s:/=<,(])(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\d+)(?=$|[\s;,>/):]))/g;
const KINDS: readonly SipSpanKind[] = ['uri', 'string', 'parameter', 'number'];
/** Longer lines are shown plain: nobody reads them, and colours would cost more than they tell. */
const LONGEST_COLOURED_LINE = 4000;

/**
 * Splits a message for showing it with colours: start line, header names and the parts of their values, then the body with the types of SDP
 * lines (RFC 8866 section 5) apart. Never throws, whatever the text is, and never changes it.
 */
export function sipSpans(text: string): SipSpan[] {
  const spans: SipSpan[] = [];
  let inBody = false;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    const content = line.replace(/[\r\n]+$/, '');
    const ending = line.slice(content.length);
    if (index === 0) spans.push({ kind: 'start', text: content });
    else if (inBody) bodyLine(content, spans);
    else if (content === '') inBody = true;
    else headerLine(content, spans);
    if (ending !== '') spans.push({ kind: 'text', text: ending });
  }
  return spans;
}

function headerLine(line: string, spans: SipSpan[]): void {
  const colon = /^([^\s:]+)(\s*:)/.exec(line);
  if (colon) spans.push({ kind: 'name', text: colon[1]! }, { kind: 'muted', text: colon[2]! });
  valueParts(line.slice(colon?.[0].length ?? 0), spans);
}

function bodyLine(line: string, spans: SipSpan[]): void {
  const typed = /^([a-z])=/.exec(line);
  if (!typed) {
    spans.push({ kind: 'value', text: line });
    return;
  }
  spans.push({ kind: 'name', text: typed[1]! }, { kind: 'muted', text: '=' });
  valueParts(line.slice(2), spans);
}

function valueParts(value: string, spans: SipSpan[]): void {
  if (value.length > LONGEST_COLOURED_LINE) {
    spans.push({ kind: 'value', text: value });
    return;
  }
  let at = 0;
  for (const match of value.matchAll(VALUE_PARTS)) {
    if (match.index > at) spans.push({ kind: 'value', text: value.slice(at, match.index) });
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)] ?? 'value';
    spans.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < value.length) spans.push({ kind: 'value', text: value.slice(at) });
}
