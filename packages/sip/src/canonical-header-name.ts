/** Compact forms: IANA SIP parameters, header fields. */
const COMPACT_FORMS: Record<string, string> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** Names whose letters are not simply one capital a word. */
const SPECIAL_NAMES = [
  'Call-ID',
  'CSeq',
  'ETag',
  'SIP-ETag',
  'SIP-If-Match',
  'MIME-Version',
  'Min-SE',
  'P-DCS-Trace-Party-ID',
  'P-DCS-OSPS',
  'P-DCS-Billing-Info',
  'P-DCS-LAES',
  'P-DCS-Redirect',
  'RAck',
  'RSeq',
  'Remote-Party-ID',
  'Session-ID',
  'WWW-Authenticate',
  'X-CID',
  'X-Call-ID',
];

const known = new Map<string, string>();
for (const [letter, name] of Object.entries(COMPACT_FORMS)) known.set(letter, name);
for (const name of SPECIAL_NAMES) known.set(name.toLowerCase(), name);

/**
 * The long name of a header in its usual spelling: `v`, `VIA` and `via` give `Via`, `CALL-id` gives `Call-ID`. A name that is not
 * registered gets a capital at the start of each word.
 */
export function canonicalHeaderName(name: string): string {
  const lower = name.toLowerCase();
  return known.get(lower) ?? lower.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
