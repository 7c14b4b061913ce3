import { formatAddress } from '@calliope/model';
import { networkU16 } from './byte-order.ts';

/** Bytes that came after a hole. */
export interface TcpPiece {
  sequence: number;
  timestampUs: number;
  /** A copy: the frame may be gone when the hole is filled. */
  data: Uint8Array;
}

/** What is known of one direction of a TCP connection. */
export interface TcpDirection {
  key: string;
  peerKey: string;
  scope: string;
  ipVersion: 4 | 6;
  /** Source, then destination address. */
  addresses: Uint8Array;
  sourcePort: number;
  destinationPort: number;
  vlan: number;
  /** `connectionKey` of the present connection; '' until it is needed. */
  name: string;
  /** Whether `next` is known: a SYN, data or FIN was seen. */
  started: boolean;
  /** Sequence number of the connection's first byte, as far as was seen. */
  first: number;
  /** Sequence number of the byte to hand over next. */
  next: number;
  /** Bytes were lost since the last chunk. */
  gap: boolean;
  /** Something was handed over, so somebody waits for `closed`. */
  delivered: boolean;
  closed: boolean;
  /** Sequence number of the FIN, or -1. */
  finAt: number;
  /** Sorted by sequence number; what came first is first among equals. */
  pieces: TcpPiece[];
  /** Bytes charged for `pieces`. */
  held: number;
  /** When the first hole became the first. */
  waitingSinceUs: number;
}

/** The signed distance from `b` to `a` of sequence numbers modulo 2^32 (RFC 9293 section 3.4). */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

export function createTcpDirection(
  key: string,
  peerKey: string,
  scope: string,
  ipVersion: 4 | 6,
  head: Uint8Array,
  sourceAt: number,
  destinationAt: number,
  ports: { sourcePort: number; destinationPort: number },
  vlan: number,
): TcpDirection {
  const length = ipVersion === 4 ? 4 : 16;
  const addresses = new Uint8Array(2 * length);
  for (let i = 0; i < length; i++) {
    addresses[i] = head[sourceAt + i]!;
    addresses[length + i] = head[destinationAt + i]!;
  }
  const direction = { key, peerKey, scope, ipVersion, addresses, ...ports, vlan, waitingSinceUs: 0 };
  return { ...direction, ...freshConnection() };
}

function freshConnection() {
  return {
    name: '',
    started: false,
    first: 0,
    next: 0,
    gap: false,
    delivered: false,
    closed: false,
    finAt: -1,
    pieces: [] as TcpPiece[],
    held: 0,
  };
}

/** Makes ready for another connection between the same addresses. Its pieces must have been handed over before. */
export function restartTcpDirection(direction: TcpDirection, next: number, gap: boolean): void {
  Object.assign(direction, freshConnection(), { started: true, first: next, next, gap });
}

/** Text of the addresses and ports, and a number that makes it unique. */
export function nameTcpDirection(direction: TcpDirection, number: number): string {
  const { addresses, ipVersion, sourcePort, destinationPort } = direction;
  const end = (at: number, port: number) => {
    const address = formatAddress(addresses, at, ipVersion);
    return ipVersion === 4 ? `${address}:${port}` : `[${address}]:${port}`;
  };
  return `${end(0, sourcePort)}>${end(addresses.length / 2, destinationPort)}#${number}`;
}

/** Scope, addresses and ports as sixteen-bit characters: a key that costs one short string a segment. */
export function tcpKey(
  scope: string,
  ipVersion: 4 | 6,
  head: Uint8Array,
  fromAt: number,
  toAt: number,
  fromPort: number,
  toPort: number,
): string {
  if (ipVersion === 4) {
    const pair = String.fromCharCode(
      networkU16(head, fromAt),
      networkU16(head, fromAt + 2),
      networkU16(head, toAt),
      networkU16(head, toAt + 2),
      fromPort,
      toPort,
    );
    return scope + pair;
  }
  let key = scope + String.fromCharCode(fromPort, toPort);
  for (let i = 0; i < 16; i += 2) key += String.fromCharCode(networkU16(head, fromAt + i), networkU16(head, toAt + i));
  return key;
}
