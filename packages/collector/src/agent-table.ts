import { type AgentReport, type CapturedPacket, formatAddress } from '@calliope/model';

/** Who sends: one entry a node name. Bounded, since names come from outside. */
export interface AgentTable {
  /**
   * Counts a packet. `hasTime` is false when its time is that of reception. The sender's address is in `sender[senderAt, senderAt + 16)`,
   * IPv4 as ::ffff:a.b.c.d.
   */
  note(packet: CapturedPacket, hasTime: boolean, receivedUs: number, sender: Uint8Array, senderAt: number): void;
  /** All of them, or those that were seen since the last call with `changedOnly`. */
  reports(changedOnly?: boolean): AgentReport[];
  /** Packets of nodes for which there was no room. */
  readonly untracked: number;
}

interface Agent {
  node: string;
  name: Uint8Array;
  /** -1 when it has a name. */
  captureId: number;
  received: number;
  lastSeenUs: number;
  /** NaN while no time was seen. */
  skewUs: number;
  address: Uint8Array;
  changed: boolean;
  /** Next with the same hash. */
  next: Agent | undefined;
}

const FORGET_AFTER_US = 3600 * 1e6;
const SWEEP_EVERY_US = 60 * 1e6;
/** A single late packet moves the average by a sixteenth. */
const SMOOTHING = 1 / 16;

/**
 * @param receivedNode name of agents that send neither a node name nor a capture id
 * @param limit agents at most. When it is reached, those unseen for an hour make room.
 */
export function createAgentTable(receivedNode: string, limit = 10_000): AgentTable {
  const byHash = new Map<number, Agent>();
  const agents = new Set<Agent>();
  let untracked = 0;
  let lastSweepUs = 0;

  function find(packet: CapturedPacket): Agent | undefined {
    const { head, nodeStart, nodeEnd, captureId } = packet;
    const hash = hashOf(packet);
    for (let agent = byHash.get(hash); agent; agent = agent.next) {
      if (nodeStart === nodeEnd ? agent.captureId === captureId : isName(agent.name, head, nodeStart, nodeEnd))
        return agent;
    }
    return undefined;
  }

  function add(packet: CapturedPacket, receivedUs: number): Agent | undefined {
    if (agents.size >= limit) sweep(receivedUs);
    if (agents.size >= limit) return undefined;
    const { head, nodeStart, nodeEnd, captureId } = packet;
    const isNamed = nodeStart !== nodeEnd;
    // Not slice, which for a Buffer is a view.
    const name = new Uint8Array(head.subarray(nodeStart, nodeEnd));
    const hash = hashOf(packet);
    const unnamed = captureId === 0 ? receivedNode : String(captureId);
    const agent: Agent = {
      node: isNamed ? new TextDecoder().decode(name) : unnamed,
      name,
      captureId: isNamed ? -1 : captureId,
      received: 0,
      lastSeenUs: 0,
      skewUs: Number.NaN,
      address: new Uint8Array(16),
      changed: true,
      next: byHash.get(hash),
    };
    byHash.set(hash, agent);
    agents.add(agent);
    return agent;
  }

  function sweep(nowUs: number): void {
    if (nowUs < lastSweepUs + SWEEP_EVERY_US) return;
    lastSweepUs = nowUs;
    for (const agent of agents) if (agent.lastSeenUs < nowUs - FORGET_AFTER_US) agents.delete(agent);
    for (const [hash, first] of byHash) {
      let kept: Agent | undefined;
      for (let agent: Agent | undefined = first; agent; ) {
        const next: Agent | undefined = agent.next;
        if (agents.has(agent)) {
          agent.next = kept;
          kept = agent;
        }
        agent = next;
      }
      if (kept) byHash.set(hash, kept);
      else byHash.delete(hash);
    }
  }

  return {
    note(packet, hasTime, receivedUs, sender, senderAt) {
      const agent = find(packet) ?? add(packet, receivedUs);
      if (!agent) {
        untracked++;
        return;
      }
      agent.received++;
      agent.changed = true;
      if (agent.lastSeenUs !== receivedUs) {
        agent.lastSeenUs = receivedUs;
        for (let i = 0; i < 16; i++) agent.address[i] = sender[senderAt + i]!;
      }
      if (!hasTime) return;
      const skewUs = receivedUs - packet.timestampUs;
      agent.skewUs = Number.isNaN(agent.skewUs) ? skewUs : agent.skewUs + (skewUs - agent.skewUs) * SMOOTHING;
    },
    reports(changedOnly = false) {
      const reports: AgentReport[] = [];
      for (const agent of agents) {
        if (changedOnly && !agent.changed) continue;
        if (changedOnly) agent.changed = false;
        reports.push(reportOf(agent));
      }
      return reports;
    },
    get untracked() {
      return untracked;
    },
  };
}

function reportOf(agent: Agent): AgentReport {
  const isIpv4 = agent.address.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return {
    node: agent.node,
    address: isIpv4 ? formatAddress(agent.address, 12, 4) : formatAddress(agent.address, 0, 6),
    received: agent.received,
    lastSeenUs: agent.lastSeenUs,
    skewMs: Number.isNaN(agent.skewUs) ? null : agent.skewUs / 1000,
  };
}

/** FNV-1a over the name, else the capture id. */
function hashOf(packet: CapturedPacket): number {
  const { head, nodeStart, nodeEnd } = packet;
  if (nodeStart === nodeEnd) return packet.captureId | 0;
  let hash = 0x811c9dc5;
  for (let i = nodeStart; i < nodeEnd; i++) hash = Math.imul(hash ^ head[i]!, 0x01000193);
  return hash;
}

function isName(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

/** One report a node out of those of several receivers: counts add up, the rest is that of the last one seen. */
export function mergeAgentReports(reports: Iterable<AgentReport>): AgentReport[] {
  const merged = new Map<string, AgentReport>();
  for (const report of reports) {
    const known = merged.get(report.node);
    if (!known) {
      merged.set(report.node, { ...report });
      continue;
    }
    const received = known.received + report.received;
    merged.set(report.node, { ...(report.lastSeenUs > known.lastSeenUs ? report : known), received });
  }
  return [...merged.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}
