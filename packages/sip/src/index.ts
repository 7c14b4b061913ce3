export { canonicalHeaderName } from './canonical-header-name.ts';
export { headerValue, headerValues } from './header-values.ts';
export { highlightSip, SIP_TOKEN_KINDS, type SipToken, type SipTokenKind } from './highlight-sip.ts';
export { contactList, cseqOf, otherCallIds, recordRouteList, routeList, viaList } from './message-accessors.ts';
export { type BodyPart, mediaTypeOf, multipartParts } from './multipart-parts.ts';
export { type Credentials, parseAuthorization, parseChallenge } from './parse-authorization.ts';
export { type ChargingVector, parseChargingVector } from './parse-charging-vector.ts';
export { type CSeq, parseCSeq, parseRAck } from './parse-cseq.ts';
export { type Diversion, type HistoryInfoEntry, parseDiversion, parseHistoryInfo } from './parse-diversion.ts';
export { type NameAddress, type Parameters, parseNameAddress, parseParameters } from './parse-name-address.ts';
export { parseReason, type Reason } from './parse-reason.ts';
export { parseRetryAfter, type RetryAfter } from './parse-retry-after.ts';
export {
  parseSdp,
  type Sdp,
  type SdpAttribute,
  type SdpDirection,
  type SdpFormat,
  type SdpMedia,
  type SdpOrigin,
} from './parse-sdp.ts';
export { parseSessionId, type SessionId } from './parse-session-id.ts';
export { fieldText, parseSip, type SipHeader, type SipMessage } from './parse-sip.ts';
export { parseSipUri, percentDecode, type SipUri } from './parse-sip-uri.ts';
export { parseVia, type Via } from './parse-via.ts';
export { parseWarning, type Warning } from './parse-warning.ts';
export { MAX_HEADERS, scanSip } from './scan-sip.ts';
export { codecName, sdpOf, sdpSummary } from './sdp-summary.ts';
export { createSipStream, type SipStream, type SipStreamCallback, type SipStreamLimits } from './sip-stream.ts';
export { splitList } from './split-list.ts';
export { type Encoding, STATIC_PAYLOAD_TYPES } from './static-payload-types.ts';
