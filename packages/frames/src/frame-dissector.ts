import { networkU16 } from './byte-order.ts';
import type { CaptureFrame } from './capture-frame.ts';
import { createDefectCounter } from './defect-counter.ts';
import { type AssembledPacket, createFragmentReassembler } from './fragment-reassembler.ts';
import type { FrameDefect } from './frame-defect.ts';
import {
  type Datagram,
  DEFAULT_FRAME_LIMITS,
  type FrameDissectorOptions,
  type FrameHandlers,
} from './frame-dissector-types.ts';
import { emptyIpHeader, Protocol, readIpv4Header, readIpv6Extensions, readIpv6Header } from './ip-header.ts';
import { emptyNetworkStart, readEthernet, readEtherType, readLinkLayer } from './link-layer.ts';
import { createSctpReassembler } from './sctp-reassembler.ts';
import { createTcpReassembler } from './tcp-reassembler.ts';
import { emptyTunnelPayload, readGre, readTzsp, readVxlan, TZSP_PORT, VXLAN_PORT } from './tunnel-header.ts';

/** Takes frames in the order of the capture and hands over what UDP, TCP and SCTP carried in them. */
export interface FrameDissector {
  /** The frame's bytes are read during the call only; what must wait for other frames is copied. Never throws for content. */
  accept(frame: CaptureFrame): void;
  /**
   * Takes what an IP packet of another's carried in `bytes[at..end)`: the payload of protocol 4, 41 (IP in IP) or 47 (GRE). `scope` keeps
   * senders apart that may carry the same addresses. Otherwise as `accept`.
   */
  acceptTunnelled(
    timestampUs: number,
    scope: string,
    protocol: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void;
  /** Gives up what waits for too long at this time: for live traffic, now and then while nothing comes. */
  expire(timestampUs: number): void;
  /** The capture is over, or pauses: hands over TCP bytes that wait for others, forgets incomplete packets. TCP connections stay known. */
  flush(): void;
  /** Counts by name of {@link FRAME_DEFECTS}. What is simply another protocol (ARP, ICMP) is no defect. */
  readonly defects: Record<string, number>;
}

/**
 * Link layers of {@link LinkType}, with VLAN tags, MPLS and PPPoE; IPv4, IPv6 and their fragments; IP in IP (RFC 2003, 2473, 4213), GRE,
 * ERSPAN, VXLAN and TZSP, nested; UDP, TCP, SCTP. Memory and the work for a frame are bounded by `options`, whatever the frames hold.
 */
export function createFrameDissector(options: FrameDissectorOptions, handlers: FrameHandlers): FrameDissector {
  const limits = { ...DEFAULT_FRAME_LIMITS, ...options };
  const defects = createDefectCounter<FrameDefect>(handlers.defect);
  const fragments = createFragmentReassembler(limits, defects);
  const tcp = createTcpReassembler(limits, defects, (chunk) => handlers.stream?.(chunk));
  const sctp = createSctpReassembler(limits, defects, giveDatagram);
  // Each is filled, read into locals, and only then may a nested packet fill it again.
  const network = emptyNetworkStart();
  const header = emptyIpHeader();
  const tunnel = emptyTunnelPayload();
  const datagram: Datagram = {
    timestampUs: 0,
    ipVersion: 4,
    protocol: 17,
    head: new Uint8Array(0),
    sourceAt: 0,
    destinationAt: 0,
    sourcePort: 0,
    destinationPort: 0,
    vlan: 0,
    scope: '',
    data: new Uint8Array(0),
    start: 0,
    end: 0,
  };
  let timestampUs = 0;
  let scope = '';
  let vlan = 0;

  /** Goes into what `network` says lies under a link layer that ends at `end`. Like all below, returns why it could not go on. */
  function enterNetwork(bytes: Uint8Array, end: number, depth: number): FrameDefect | undefined {
    vlan = network.vlan;
    if (network.ipVersion !== 0) return acceptIp(network.ipVersion, bytes, network.at, end, depth);
    return network.defect ?? passOver();
  }

  function acceptIp(
    ipVersion: 4 | 6,
    bytes: Uint8Array,
    at: number,
    end: number,
    depth: number,
  ): FrameDefect | undefined {
    if (depth > limits.maxNesting) return 'nested_too_deep';
    if (ipVersion === 4) readIpv4Header(bytes, at, end, header);
    else readIpv6Header(bytes, at, end, header);
    if (header.defect) return header.defect;
    if (header.truncated) defects.add('truncated_packet', scope);
    const { sourceAt, destinationAt, payloadAt, payloadEnd, protocol } = header;
    if (!header.fragment) {
      return acceptPayload(ipVersion, protocol, bytes, sourceAt, destinationAt, payloadAt, payloadEnd, depth);
    }
    const packet = fragments.accept(timestampUs, scope, ipVersion, vlan, bytes, at, header);
    return packet && acceptAssembled(ipVersion, packet, depth + 1);
  }

  function acceptAssembled(ipVersion: 4 | 6, packet: AssembledPacket, depth: number): FrameDefect | undefined {
    const { bytes, protocol, payloadAt } = packet;
    if (ipVersion === 4) return acceptPayload(4, protocol, bytes, 12, 16, payloadAt, bytes.length, depth);
    // Extension headers behind the fragment header are in the fragmented part. Another fragment header is not allowed there.
    readIpv6Extensions(protocol, bytes, payloadAt, bytes.length, header);
    if (header.defect || header.fragment) return header.defect ?? 'bad_ip_header';
    return acceptPayload(6, header.protocol, bytes, 8, 24, header.payloadAt, bytes.length, depth);
  }

  function acceptPayload(
    ipVersion: 4 | 6,
    protocol: number,
    bytes: Uint8Array,
    sourceAt: number,
    destinationAt: number,
    at: number,
    end: number,
    depth: number,
  ): FrameDefect | undefined {
    switch (protocol) {
      case Protocol.UDP:
        return acceptUdp(ipVersion, bytes, sourceAt, destinationAt, at, end, depth);
      case Protocol.TCP:
        tcp.accept(timestampUs, scope, ipVersion, bytes, sourceAt, destinationAt, vlan, bytes, at, end);
        return undefined;
      case Protocol.SCTP:
        if (end - at < 12) return 'truncated_header';
        setAddressing(ipVersion, 132, bytes, sourceAt, destinationAt, at);
        sctp.accept(timestampUs, scope, bytes, at, end);
        return undefined;
      case Protocol.IPIP:
      case Protocol.IPV6:
        return acceptInner(bytes, at, end, depth);
      case Protocol.GRE:
        readGre(bytes, at, end, tunnel);
        return tunnel.kind === 'bad' ? 'bad_tunnel_header' : acceptTunnel(bytes, end, depth);
      case Protocol.AUTHENTICATION: {
        // Over IPv4: over IPv6 it was walked over as an extension header.
        readIpv6Extensions(protocol, bytes, at, end, header);
        if (header.defect || header.fragment) return header.defect ?? 'bad_ip_header';
        const { protocol: inner, payloadAt } = header;
        return acceptPayload(ipVersion, inner, bytes, sourceAt, destinationAt, payloadAt, end, depth);
      }
      default:
        return passOver();
    }
  }

  function passOver(): undefined {
    handlers.other?.();
    return undefined;
  }

  /** The version nibble decides, as senders have put IPv6 under protocol 4. */
  function acceptInner(bytes: Uint8Array, at: number, end: number, depth: number): FrameDefect | undefined {
    if (at >= end) return 'truncated_header';
    const version = bytes[at]! >> 4;
    return version === 4 || version === 6 ? acceptIp(version, bytes, at, end, depth + 1) : 'bad_ip_header';
  }

  /** Goes into what `tunnel` says. An Ethernet frame in a tunnel has its own VLAN. */
  function acceptTunnel(bytes: Uint8Array, end: number, depth: number): FrameDefect | undefined {
    if (tunnel.kind === 'other') return passOver();
    network.vlan = tunnel.kind === 'ethernet' || tunnel.vlan !== 0 ? tunnel.vlan : vlan;
    if (tunnel.kind === 'ethernet') readEthernet(bytes, tunnel.at, end, network);
    else readEtherType(tunnel.etherType, bytes, tunnel.at, end, network);
    return enterNetwork(bytes, end, depth + 1);
  }

  function setAddressing(
    ipVersion: 4 | 6,
    protocol: 17 | 132,
    bytes: Uint8Array,
    sourceAt: number,
    destinationAt: number,
    at: number,
  ): void {
    datagram.timestampUs = timestampUs;
    datagram.ipVersion = ipVersion;
    datagram.protocol = protocol;
    datagram.head = bytes;
    datagram.sourceAt = sourceAt;
    datagram.destinationAt = destinationAt;
    datagram.sourcePort = networkU16(bytes, at);
    datagram.destinationPort = networkU16(bytes, at + 2);
    datagram.vlan = vlan;
    datagram.scope = scope;
  }

  function giveDatagram(data: Uint8Array, start: number, end: number): void {
    datagram.data = data;
    datagram.start = start;
    datagram.end = end;
    handlers.datagram?.(datagram);
  }

  function acceptUdp(
    ipVersion: 4 | 6,
    bytes: Uint8Array,
    sourceAt: number,
    destinationAt: number,
    at: number,
    end: number,
    depth: number,
  ): FrameDefect | undefined {
    if (end - at < 8) return 'truncated_header';
    const length = networkU16(bytes, at + 4);
    // 0: a jumbogram (RFC 2675 section 4), or segmentation offload. Bytes after the length are not the datagram's.
    if (length !== 0 && length < 8) return 'bad_udp_header';
    const dataEnd = length === 0 ? end : Math.min(end, at + length);
    const port = networkU16(bytes, at + 2);
    let defect: FrameDefect | undefined;
    if (port === VXLAN_PORT || port === TZSP_PORT) {
      if (port === VXLAN_PORT) readVxlan(bytes, at + 8, dataEnd, tunnel);
      else readTzsp(bytes, at + 8, dataEnd, tunnel);
      if (tunnel.kind !== 'bad') return acceptTunnel(bytes, dataEnd, depth);
      defect = 'bad_tunnel_header';
    }
    setAddressing(ipVersion, 17, bytes, sourceAt, destinationAt, at);
    giveDatagram(bytes, at + 8, dataEnd);
    return defect;
  }

  return {
    defects: defects.counts,
    accept(frame) {
      timestampUs = frame.timestampUs;
      scope = '';
      tcp.expire(timestampUs);
      readLinkLayer(frame.linkType, frame.data, network);
      const defect = enterNetwork(frame.data, frame.data.length, 1);
      if (defect) defects.add(defect, scope);
    },
    acceptTunnelled(receivedUs, sender, protocol, bytes, at, end) {
      timestampUs = receivedUs;
      scope = sender;
      vlan = 0;
      tcp.expire(timestampUs);
      // The addresses are the outer ones, which only a transport right within would need: there is none.
      const isTunnel = protocol === Protocol.IPIP || protocol === Protocol.IPV6 || protocol === Protocol.GRE;
      const defect = isTunnel ? acceptPayload(4, protocol, bytes, 0, 0, at, end, 1) : passOver();
      if (defect) defects.add(defect, scope);
    },
    expire(nowUs) {
      tcp.expire(nowUs);
      sctp.expire(nowUs);
      fragments.expire(nowUs);
    },
    flush() {
      tcp.flush();
      sctp.flush();
      fragments.flush();
    },
  };
}
