import type { SdpSummary } from '@calliope/model';
import { headerValue } from './header-values.ts';
import { mediaTypeOf, multipartParts } from './multipart-parts.ts';
import { parseSdp, type Sdp, type SdpFormat } from './parse-sdp.ts';
import type { SipMessage } from './parse-sip.ts';

/** The first application/sdp of the body, within multiparts too, taken apart; null when there is none. */
export function sdpOf(message: SipMessage): Sdp | null {
  if (message.body.length === 0) return null;
  const contentType = headerValue(message, 'Content-Type');
  if (contentType === undefined) return null;
  const part = multipartParts(contentType, message.body).find(
    (candidate) => mediaTypeOf(candidate.contentType) === 'application/sdp',
  );
  return part ? parseSdp(part.body) : null;
}

/** What the ladder shows of the first SDP in the message; null when there is none. */
export function sdpSummary(message: SipMessage): SdpSummary | null {
  const sdp = sdpOf(message);
  if (!sdp) return null;
  return {
    origin: sdp.originText,
    media: sdp.media.map(({ type, port, address, protocol, formats, direction }) => ({
      type,
      port,
      address,
      protocol,
      codecs: formats.map(codecName),
      direction,
    })),
  };
}

/** `PCMA/8000`, `opus/48000/2`; the format itself when nothing tells what it is. */
export function codecName({ format, encoding }: SdpFormat): string {
  if (!encoding) return format;
  const { name, clockRate, channels } = encoding;
  if (clockRate === undefined) return name;
  return channels > 1 ? `${name}/${clockRate}/${channels}` : `${name}/${clockRate}`;
}
