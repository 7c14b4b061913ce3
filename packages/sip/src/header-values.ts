import { canonicalHeaderName } from './canonical-header-name.ts';
import type { SipHeader, SipMessage } from './parse-sip.ts';
import { splitList } from './split-list.ts';

/** Headers of which one line may hold several values with commas between (RFC 3261 section 7.3.1 and the RFCs of each). */
const LIST_HEADERS = new Set(
  [
    'Accept, Accept-Contact, Accept-Encoding, Accept-Language, Accept-Resource-Priority, Alert-Info, Allow, Allow-Events, Call-Info',
    'Contact, Content-Encoding, Content-Language, Diversion, Error-Info, Feature-Caps, Geolocation, History-Info, In-Reply-To',
    'P-Access-Network-Info, P-Asserted-Identity, P-Associated-URI, P-Called-Party-ID, P-Early-Media, P-Media-Authorization',
    'P-Preferred-Identity, P-Visited-Network-ID, Path, Permission-Missing, Proxy-Require, Reason, Recv-Info, Record-Route',
    'Reject-Contact, Remote-Party-ID, Request-Disposition, Require, Resource-Priority, Route, Security-Client, Security-Server',
    'Security-Verify, Service-Route, Supported, Trigger-Consent, Unsupported, User-to-User, Via, Warning',
  ].flatMap((line) => line.split(', ').map(canonicalHeaderName)),
);

/**
 * All values of the header `name` (long or compact, any case) in order; a line with several values is split where the header is a list.
 * Of other headers each line is one value, commas and all.
 */
export function headerValues(message: SipMessage, name: string): string[] {
  const canonicalName = canonicalHeaderName(name);
  const values = message.headers
    .filter((header: SipHeader) => header.canonicalName === canonicalName)
    .map((header) => header.value);
  return LIST_HEADERS.has(canonicalName) ? values.flatMap(splitList) : values;
}

/** First value of the header `name`, not split; undefined when there is no such header. */
export function headerValue(message: SipMessage, name: string): string | undefined {
  const canonicalName = canonicalHeaderName(name);
  return message.headers.find((header) => header.canonicalName === canonicalName)?.value;
}
