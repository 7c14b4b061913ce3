/** Where a URI stands, which says what ends it. */
export const UriContext = {
  /** The whole of the range: a request-URI. Headers (`?`) are not allowed (RFC 3261 section 19.1.1). */
  WHOLE: 0,
  /** Behind `<`, up to `>`. */
  ANGLE: 1,
  /** Bare in a header: white space, `;` and `,` end it, since they belong to the header (RFC 3261 section 20). */
  BARE: 2,
} as const;

export const UriScheme = {
  NONE: 0,
  SIP: 1,
  SIPS: 2,
  TEL: 3,
  /** Others with a meaning in SIP: urn (RFC 5031), im and pres (RFC 3428), mailto (RFC 3261 section 20.10). */
  KNOWN: 4,
  UNKNOWN: 5,
} as const;
