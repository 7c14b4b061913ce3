import { IpProtocol, type Transport } from '@calliope/model';

/**
 * How a message travelled, from the IP protocol and, where HEP senders use one marker for several transports, the transport of the top Via
 * (RFC 3261 section 20.42), given as `bytes[start, end)`. Kamailio writes the TLS marker for TLS, WS and WSS; OpenSIPS the WS marker for WS and WSS.
 */
export function transportOf(protocol: number, bytes: Uint8Array, start: number, end: number): Transport {
  switch (protocol) {
    case IpProtocol.UDP:
      return 'udp';
    case IpProtocol.TCP:
      return 'tcp';
    case IpProtocol.SCTP:
      return 'sctp';
    case IpProtocol.TLS_MARKER:
      return isWebSocket(bytes, start, end) ? webSocketOf(start, end) : 'tls';
    case IpProtocol.WS_MARKER:
      return isWebSocket(bytes, start, end) ? webSocketOf(start, end) : 'ws';
    default:
      return 'other';
  }
}

/** `WS` or `WSS`, in any case (RFC 7118 section 5.2). */
function isWebSocket(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 2 && length !== 3) return false;
  for (let i = start; i < end; i++) {
    const expected = i === start ? 0x77 : 0x73;
    if ((bytes[i]! | 0x20) !== expected) return false;
  }
  return true;
}

function webSocketOf(start: number, end: number): Transport {
  return end - start === 3 ? 'wss' : 'ws';
}
