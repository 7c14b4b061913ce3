import {
  createFrameDissector,
  type FrameDefect,
  type FrameDissectorOptions,
  type PacketAddressing,
} from '@calliope/frames';
import type { CapturedPacket, Clock } from '@calliope/model';
import type { AgentTable } from './agent-table.ts';
import { createCaptureStreams } from './capture-streams.ts';
import { createCarriedPayload } from './carried-payload.ts';
import type { PortFilter } from './ipip-ports.ts';
import { createIpipSenders, type IpipSender, MAX_NODE_BYTES } from './ipip-senders.ts';
import type { KeyCheck } from './key-check.ts';
import type { NetworkFilter } from './network-filter.ts';
import type { ReceiveCounters, ReceiveDefect } from './receive-counters.ts';

/** What may change while packets come. */
export interface IpipAccess {
  /** Of outer source addresses. Absent: any may send. */
  isAllowed: NetworkFilter | undefined;
  /** Of HEP within tunnels. Absent: no key is asked for. */
  hasKey: KeyCheck | undefined;
  /** Of inner ports. Absent: any. */
  isWanted: PortFilter | undefined;
}

export interface IpipIntakeOptions extends IpipAccess {
  /** Where the packets go. */
  take(packet: CapturedPacket, defects: number): void;
  counters: ReceiveCounters;
  agents: AgentTable;
  clock: Clock;
}

/** Takes encapsulated packets as raw sockets give them, and finds SIP and HEP in them. */
export interface IpipIntake {
  /**
   * Takes the packet `bytes[start, end)` of IP protocol 4, 41 or 47, which came at `receivedUs` from `sender[senderAt, senderAt + 16)` (IPv4 as
   * ::ffff:a.b.c.d). `hasHeader`: it begins with its outer IPv4 header. Never throws for content.
   */
  take(
    protocol: number,
    hasHeader: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    receivedUs: number,
    sender: Uint8Array,
    senderAt: number,
  ): void;
  setAccess(access: IpipAccess): void;
  /** Gives up what waits for too long: to be called now and then while nothing comes. */
  expire(nowUs: number): void;
  /** No more comes: what is whole goes on, what is not is given up. */
  end(): void;
}

/** Its IP protocol number. */
const GRE = 47;

/** Bounds of what outsiders can fill: about 100 MB in all. */
const DISSECTOR_LIMITS: FrameDissectorOptions = { tcpDirections: 16_384, tcpBufferedBytes: 32 * 1024 * 1024 };
const STREAM_LIMITS = { maxDirections: 16_384, maxHeldBytes: 32 * 1024 * 1024 };

/** With these nothing is lost, or what is lost is counted by another: `tcp_gap`. */
const HARMLESS: ReadonlySet<FrameDefect> = new Set<FrameDefect>([
  'truncated_packet',
  'overlapping_fragment',
  'tcp_sequence_jump',
  'tcp_bad_reset',
  'tcp_connections_evicted',
  'tcp_buffer_evicted',
]);

/**
 * The packets that come out of it bear the addresses, ports and VLAN of the inner packet, and the outer source address as their node. HEP within
 * a tunnel keeps its own. What cannot be read or put together is counted as received and undecodable, once each; what carries neither SIP
 * nor HEP, or not at a wanted port, as ignored.
 */
export function createIpipIntake(options: IpipIntakeOptions): IpipIntake {
  const { counters, agents } = options;
  let { isAllowed, hasKey, isWanted } = options;
  counters.ignored ??= 0;
  const senders = createIpipSenders();
  /** Addresses of the inner packet and the node's name, where they must be together. */
  const head = new Uint8Array(32 + MAX_NODE_BYTES);
  let nowUs = 0;
  let encapsulation = 'IP-in-IP';

  function countUndecodable(name: ReceiveDefect, address: Uint8Array, at: number): void {
    const agent = agents.ofAddress(nowUs, address, at);
    agent.received++;
    agent.undecodable++;
    counters.received++;
    counters.undecodable++;
    counters.undecodableBy[name] = (counters.undecodableBy[name] ?? 0) + 1;
  }

  function countRefused(address: Uint8Array, at: number): void {
    const agent = agents.ofAddress(nowUs, address, at);
    agent.received++;
    agent.refused++;
    counters.received++;
    counters.refused++;
  }

  function nameNode(packet: CapturedPacket, from: PacketAddressing, sender: IpipSender): void {
    const addressBytes = from.ipVersion === 4 ? 4 : 16;
    for (let i = 0; i < addressBytes; i++) {
      head[i] = from.head[from.sourceAt + i]!;
      head[16 + i] = from.head[from.destinationAt + i]!;
    }
    const { node } = sender;
    for (let i = 0; i < node.length; i++) head[32 + i] = node[i]!;
    packet.head = head;
    packet.sourceAt = 0;
    packet.destinationAt = 16;
    packet.nodeStart = 32;
    packet.nodeEnd = 32 + node.length;
  }

  function onPacket(packet: CapturedPacket, defects: number, from: PacketAddressing, isHep: boolean): void {
    const sender = senders.ofScope(from.scope);
    if (isHep && hasKey && !hasKey(packet)) {
      countRefused(sender.address, 0);
      return;
    }
    if (!isHep) nameNode(packet, from, sender);
    // The time is this machine's own, so there is no skew to be seen.
    agents.note(packet, false, nowUs, sender.address, 0, isHep ? undefined : encapsulation);
    options.take(packet, defects);
  }

  function addDefect(name: string, { scope }: PacketAddressing): void {
    countUndecodable(name.replace(/^hep_/, '') as ReceiveDefect, senders.ofScope(scope).address, 0);
  }

  const payload = createCarriedPayload(onPacket, options.clock, addDefect);
  const streams = createCaptureStreams(payload, addDefect, STREAM_LIMITS);
  const ignore = (): void => {
    counters.ignored = (counters.ignored ?? 0) + 1;
  };
  const dissector = createFrameDissector(DISSECTOR_LIMITS, {
    datagram(datagram) {
      if ((isWanted && !isWanted(datagram)) || !payload.takeDatagram(datagram)) ignore();
    },
    stream(chunk) {
      if (isWanted && !isWanted(chunk)) {
        if (chunk.data.length > 0) ignore();
      } else if (!streams.take(chunk)) ignore();
    },
    other: ignore,
    defect(name, scope) {
      if (!HARMLESS.has(name)) countUndecodable(name, senders.ofScope(scope).address, 0);
    },
  });

  return {
    take(protocol, hasHeader, bytes, start, end, receivedUs, sender, senderAt) {
      nowUs = receivedUs;
      encapsulation = protocol === GRE ? 'GRE' : 'IP-in-IP';
      if (isAllowed && !isAllowed(sender, senderAt)) {
        countRefused(sender, senderAt);
        return;
      }
      // The kernel has looked at the header's own length and put fragments together.
      const headerBytes = hasHeader && start < end ? (bytes[start]! & 0x0f) * 4 : 0;
      if (hasHeader && (headerBytes < 20 || start + headerBytes > end))
        countUndecodable('bad_ip_header', sender, senderAt);
      else {
        const { scope } = senders.of(sender, senderAt);
        dissector.acceptTunnelled(receivedUs, scope, protocol, bytes, start + headerBytes, end);
      }
    },
    setAccess(access) {
      ({ isAllowed, hasKey, isWanted } = access);
    },
    expire: dissector.expire,
    end() {
      dissector.flush();
      streams.end();
    },
  };
}
