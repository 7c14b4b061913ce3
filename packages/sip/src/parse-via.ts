import { decodeText, encodeText } from './decode-text.ts';
import { type Parameters, readParameters } from './parse-name-address.ts';
import { newScanCursor } from './scan-cursor.ts';
import { scanVia } from './scan-via.ts';

export interface Via {
  /** `SIP/2.0` as written. */
  protocol: string;
  /** As written: UDP, TCP, TLS, SCTP, WS, WSS … */
  transport: string;
  /** IPv6 without brackets. */
  host: string;
  port: number | undefined;
  /** branch, received, rport, maddr, ttl … by name in lower case; rport without a value is ''. */
  parameters: Parameters;
  isValid: boolean;
}

/** Parses one Via value (RFC 3261 section 20.42), with the scanner that {@link scanSip} uses. */
export function parseVia(value: string): Via {
  const bytes = encodeText(value);
  const cursor = newScanCursor();
  scanVia(bytes, 0, bytes.length, cursor);
  const textOf = (start: number, end: number) => decodeText(bytes, start, end);
  const isValid = !cursor.isBad;
  const port = Number(textOf(cursor.portStart, cursor.portEnd) || 'none');
  return {
    protocol: textOf(cursor.protocolStart, cursor.protocolEnd),
    transport: textOf(cursor.transportStart, cursor.transportEnd),
    host: textOf(cursor.hostStart, cursor.hostEnd),
    port: Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined,
    parameters: readParameters(bytes, cursor.viaParametersStart, cursor.valueNext, cursor),
    isValid,
  };
}
