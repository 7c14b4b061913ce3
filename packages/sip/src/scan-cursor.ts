/**
 * What the scanners hand to each other: where they found what, as offsets into the bytes, `start` inclusive, `end` exclusive, equal when absent.
 * One object is used again and again and given as an argument, so that scanning allocates nothing; each field holds until the scanner
 * that fills it is called again.
 */
export interface ScanCursor {
  /** By readStartLine. */
  methodStart: number;
  methodEnd: number;
  requestUriStart: number;
  requestUriEnd: number;
  /** `SIP/2.0` as written. */
  versionStart: number;
  versionEnd: number;
  /** Of a response: what three digits say, else 0. */
  statusCode: number;
  reasonStart: number;
  reasonEnd: number;
  /** Spacing is not what RFC 3261 sections 7.1 and 7.2 ask for. */
  isBadlySpaced: boolean;
  isVersion2: boolean;
  /** There are digits where the status code should be, but not three of 100..699. */
  isBadStatusCode: boolean;

  /** By readHeaderLine. */
  nameStart: number;
  nameEnd: number;
  /** White space at both ends is outside; folding (CRLF and white space) within the value is inside. */
  valueStart: number;
  valueEnd: number;
  nextLine: number;
  /** A control character stands outside an escape. */
  lineHasControlCharacters: boolean;
  /** The bytes ended within the line. */
  isLineCut: boolean;

  /** By scanUri: see {@link UriScheme}. */
  scheme: number;
  uriStart: number;
  /** The colon behind the scheme; `uriStart` when there is no scheme. */
  schemeEnd: number;
  /** Of sip, sips and whatever else has an `@`: without the password. Of tel: the number without its parameters. */
  userStart: number;
  userEnd: number;
  passwordStart: number;
  passwordEnd: number;
  /** Without the brackets of an IPv6 address. By scanVia too. */
  hostStart: number;
  hostEnd: number;
  portStart: number;
  portEnd: number;
  /** Parameters and headers of the URI: from the first `;` or `?` behind the host. */
  uriTailStart: number;
  /** White space at the end is outside. */
  uriEnd: number;
  /** Where scanning goes on: behind `>`, or at what ended a bare URI. */
  uriNext: number;
  isUriBad: boolean;

  /** By readParameter. Quotes are outside. */
  parameterNameStart: number;
  parameterNameEnd: number;
  parameterStart: number;
  parameterEnd: number;
  parameterHasValue: boolean;
  isParameterQuoted: boolean;
  parameterNext: number;

  /** By scanParameters: the parameters that the scan has a use for, the first of a name. */
  tagStart: number;
  tagEnd: number;
  branchStart: number;
  branchEnd: number;
  expiresStart: number;
  expiresEnd: number;

  /** By scanNameAddress. Quotes are outside, escapes still in. */
  displayStart: number;
  displayEnd: number;
  isDisplayQuoted: boolean;

  /** By scanVia: `SIP/2.0`. */
  protocolStart: number;
  protocolEnd: number;
  transportStart: number;
  transportEnd: number;
  viaParametersStart: number;

  /** By scanParameters, scanNameAddress and scanVia: the comma behind the value, or the end. */
  valueNext: number;
  /** The value just scanned is not what the grammar allows. */
  isBad: boolean;
  /** A quote in it does not close. */
  hasUnbalancedQuotes: boolean;

  /** By scanSip, from header to header. */
  defects: number;
  /** Value of Content-Length: -1 absent, -2 of no use. */
  contentLength: number;
  /** What ASSERTED_USER was taken from: 3 P-Asserted-Identity, 2 P-Preferred-Identity, 1 Remote-Party-ID, 0 nothing. */
  assertedRank: number;
  hasUserAgent: boolean;
  hasDiversion: boolean;
  /** How many History-Info entries there were, and the users of the last and of the one before it. */
  historyEntries: number;
  historyLastStart: number;
  historyLastEnd: number;
  historyBeforeStart: number;
  historyBeforeEnd: number;
  /** Parts of the message: the start line without its line end, and the range of the headers (NULs at the end of the message are outside). */
  startLineStart: number;
  startLineEnd: number;
  headersStart: number;
  headersLimit: number;
}

export function newScanCursor(): ScanCursor {
  return {
    methodStart: 0,
    methodEnd: 0,
    requestUriStart: 0,
    requestUriEnd: 0,
    versionStart: 0,
    versionEnd: 0,
    statusCode: 0,
    reasonStart: 0,
    reasonEnd: 0,
    isBadlySpaced: false,
    isVersion2: false,
    isBadStatusCode: false,
    nameStart: 0,
    nameEnd: 0,
    valueStart: 0,
    valueEnd: 0,
    nextLine: 0,
    lineHasControlCharacters: false,
    isLineCut: false,
    scheme: 0,
    uriStart: 0,
    schemeEnd: 0,
    userStart: 0,
    userEnd: 0,
    passwordStart: 0,
    passwordEnd: 0,
    hostStart: 0,
    hostEnd: 0,
    portStart: 0,
    portEnd: 0,
    uriTailStart: 0,
    uriEnd: 0,
    uriNext: 0,
    isUriBad: false,
    parameterNameStart: 0,
    parameterNameEnd: 0,
    parameterStart: 0,
    parameterEnd: 0,
    parameterHasValue: false,
    isParameterQuoted: false,
    parameterNext: 0,
    tagStart: 0,
    tagEnd: 0,
    branchStart: 0,
    branchEnd: 0,
    expiresStart: 0,
    expiresEnd: 0,
    displayStart: 0,
    displayEnd: 0,
    isDisplayQuoted: false,
    protocolStart: 0,
    protocolEnd: 0,
    transportStart: 0,
    transportEnd: 0,
    viaParametersStart: 0,
    valueNext: 0,
    isBad: false,
    hasUnbalancedQuotes: false,
    defects: 0,
    contentLength: -1,
    assertedRank: 0,
    hasUserAgent: false,
    hasDiversion: false,
    historyEntries: 0,
    historyLastStart: 0,
    historyLastEnd: 0,
    historyBeforeStart: 0,
    historyBeforeEnd: 0,
    startLineStart: 0,
    startLineEnd: 0,
    headersStart: 0,
    headersLimit: 0,
  };
}
