import { randomBytes } from 'node:crypto';
import { type CapturedPacket, type Clock, formatAddress, systemClock } from '@calliope/model';
import { type AgentCounters, type AgentCounts, type AgentShare, emptyAgentCounters } from './agent-counts.ts';
import { type AgentRate, renewRate, unknownRate } from './agent-rate.ts';
import { type ClockOffset, noteTime, unknownClock } from './clock-offset.ts';

/** One that sends: a node name, a capture id and an address. */
export interface Agent extends AgentCounters, ClockOffset, AgentRate {
  readonly key: string;
  /** Its name, else its capture id, else the receiver's name; '' for what did not say. */
  readonly node: string;
  readonly name: Uint8Array;
  readonly captureId: number;
  /** Sixteen bytes, IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array;
  /** Its number as an observer (see `DuplicateMemory`); 0: its packets are never taken for copies, nor others for copies of them. */
  observer: number;
  version: string | null;
  lastSeenUs: number;
  changed: boolean;
}

/** Who sends. Bounded, since names come from outside. */
export interface AgentTable {
  /**
   * Notes whose packet it is, in `packet.agent`; counting it is for {@link AgentTable.at}. `hasTime` is false when its time is that of reception. The
   * sender's address is in `sender[senderAt, senderAt + 16)`, IPv4 as ::ffff:a.b.c.d. `version`: of the protocol that it speaks.
   */
  note(
    packet: CapturedPacket,
    hasTime: boolean,
    receivedUs: number,
    sender: Uint8Array,
    senderAt: number,
    version?: string,
  ): void;
  /** Who is known only by the address that something came from, at `receivedUs`; 0 for now. */
  ofAddress(receivedUs: number, sender: Uint8Array, senderAt: number): Agent;
  /** By `packet.agent`. 0 stands for all who did not fit. */
  at(agent: number): Agent;
  /** All of them, or those that changed since the last call with `changedOnly`. */
  reports(changedOnly?: boolean): AgentCounts[];
  /** Whose messages are in the batch that was just closed. */
  takeShares(): AgentShare[];
  /** The batch that was just closed is lost. */
  loseBatch(): void;
  /** Says again who takes part in the search for copies. */
  identify(observerOf: ObserverOf): void;
  /** Messages of agents for which there was no room. */
  readonly untracked: number;
}

/** The number of an agent as an observer, 0 for none; `identity` is what makes it different from others. Asked once an agent. */
export type ObserverOf = (agent: Agent, identity: Uint8Array) => number;

export interface AgentTableOptions {
  /** Agents at most; when they are reached, those unseen for an hour make room. 10,000 when absent. */
  limit?: number;
  /** Absent: nobody is an observer. */
  observerOf?: ObserverOf;
  clock?: Clock;
}

const FORGET_AFTER_US = 3600 * 1e6;
const SWEEP_EVERY_US = 60 * 1e6;
/** Addresses that never named a node are easily made up: they get no more than this share of the table. */
const NAMELESS_SHARE = 1 / 10;
/** Capture id of those: none is negative. */
const NAMELESS = -1;
const NO_NAME = new Uint8Array(0);
const HASHES = 1 << 14;

/** @param receivedNode name of agents that send neither a node name nor a capture id */
export function createAgentTable(receivedNode: string, options: AgentTableOptions = {}): AgentTable {
  const { limit = 10_000, clock = systemClock } = options;
  let observerOf: ObserverOf = options.observerOf ?? (() => 0);
  const prefix = randomBytes(6).toString('base64url');
  let lastKey = 0;
  const others = makeAgent('', NO_NAME, NAMELESS, new Uint8Array(16), 0);
  /** By number; places of those that were forgotten are empty until they are used again. */
  const agents: (Agent | undefined)[] = [others];
  const free: number[] = [];
  /** The last number of each place of hashes, and of each number the one before it with the same place, or 0. */
  const lastOfHash = new Int32Array(HASHES);
  const sameHash: number[] = [0];
  let count = 0;
  let nameless = 0;
  let sweptUs = 0;
  let lastFound = 0;

  function makeAgent(node: string, name: Uint8Array, captureId: number, address: Uint8Array, sinceUs: number): Agent {
    return {
      ...emptyAgentCounters(),
      ...unknownClock(),
      ...unknownRate(sinceUs),
      key: `${prefix}${lastKey++}`,
      node,
      name,
      captureId,
      address,
      observer: 0,
      version: null,
      lastSeenUs: 0,
      changed: true,
    };
  }

  function isAgent(
    number: number,
    bytes: Uint8Array,
    nameAt: number,
    nameEnd: number,
    captureId: number,
    sender: Uint8Array,
    senderAt: number,
  ): boolean {
    const { captureId: id, address, name } = agents[number]!;
    return id === captureId && isSame(address, sender, senderAt) && isText(name, bytes, nameAt, nameEnd);
  }

  /** The number of the agent with this name in `bytes`, capture id and address; 0 when it is not known. */
  function find(
    bytes: Uint8Array,
    nameAt: number,
    nameEnd: number,
    captureId: number,
    sender: Uint8Array,
    senderAt: number,
  ): number {
    // Most often it is the same as before.
    if (lastFound !== 0 && isAgent(lastFound, bytes, nameAt, nameEnd, captureId, sender, senderAt)) return lastFound;
    const hash = hashOf(bytes, nameAt, nameEnd, captureId, sender, senderAt);
    for (let number = lastOfHash[hash]!; number !== 0; number = sameHash[number]!) {
      if (!isAgent(number, bytes, nameAt, nameEnd, captureId, sender, senderAt)) continue;
      lastFound = number;
      return number;
    }
    return 0;
  }

  /** 0 when there is no room. */
  function add(
    node: string,
    name: Uint8Array,
    captureId: number,
    receivedUs: number,
    sender: Uint8Array,
    senderAt: number,
  ): number {
    if (count >= limit) sweep(receivedUs);
    if (count >= limit || (captureId === NAMELESS && nameless >= Math.max(1, limit * NAMELESS_SHARE))) return 0;
    const address = new Uint8Array(sender.subarray(senderAt, senderAt + 16));
    const agent = makeAgent(node, name, captureId, address, receivedUs);
    if (captureId === NAMELESS) nameless++;
    else agent.observer = observerOf(agent, identityOf(agent));
    const number = free.pop() ?? agents.length;
    const hash = hashOf(name, 0, name.length, captureId, address, 0);
    agents[number] = agent;
    sameHash[number] = lastOfHash[hash]!;
    lastOfHash[hash] = number;
    count++;
    return number;
  }

  function sweep(nowUs: number): void {
    if (nowUs < sweptUs + SWEEP_EVERY_US) return;
    sweptUs = nowUs;
    lastFound = 0;
    lastOfHash.fill(0);
    for (let number = 1; number < agents.length; number++) {
      const agent = agents[number];
      if (!agent) continue;
      if (agent.lastSeenUs < nowUs - FORGET_AFTER_US && agent.inBatch === 0) {
        agents[number] = undefined;
        free.push(number);
        count--;
        if (agent.captureId === NAMELESS) nameless--;
        continue;
      }
      const hash = hashOf(agent.name, 0, agent.name.length, agent.captureId, agent.address, 0);
      sameHash[number] = lastOfHash[hash]!;
      lastOfHash[hash] = number;
    }
  }

  function numberOf(packet: CapturedPacket, receivedUs: number, sender: Uint8Array, senderAt: number): number {
    const { head, nodeStart, nodeEnd, captureId } = packet;
    const known = find(head, nodeStart, nodeEnd, captureId, sender, senderAt);
    if (known !== 0) return known;
    // Not slice, which for a Buffer is a view.
    const name = new Uint8Array(head.subarray(nodeStart, nodeEnd));
    const unnamed = captureId === 0 ? receivedNode : String(captureId);
    const node = name.length > 0 ? new TextDecoder().decode(name) : unnamed;
    return add(node, name, captureId, receivedUs, sender, senderAt);
  }

  return {
    note(packet, hasTime, receivedUs, sender, senderAt, version) {
      const number = numberOf(packet, receivedUs, sender, senderAt);
      packet.agent = number;
      const agent = agents[number]!;
      agent.lastSeenUs = receivedUs;
      agent.changed = true;
      if (number === 0) return;
      if (hasTime) noteTime(agent, packet.timestampUs, receivedUs);
      if (version !== undefined) agent.version = version;
    },
    ofAddress(receivedAtUs, sender, senderAt) {
      const receivedUs = receivedAtUs || clock.nowUs();
      const known = find(NO_NAME, 0, 0, NAMELESS, sender, senderAt);
      const agent = agents[known || add('', NO_NAME, NAMELESS, receivedUs, sender, senderAt)]!;
      agent.lastSeenUs = receivedUs;
      agent.changed = true;
      return agent;
    },
    at: (agent) => agents[agent] ?? others,
    reports(changedOnly = false) {
      const nowUs = clock.nowUs();
      const reports: AgentCounts[] = [];
      for (const agent of agents) {
        if (!agent || (agent === others && agent.received === 0)) continue;
        renewRate(agent, agent.received, nowUs);
        if (changedOnly && !agent.changed) continue;
        // One that rests is reported until its rate says so.
        if (changedOnly) agent.changed = agent.ratePerSecond > 0;
        reports.push(countsOf(agent, agent === others ? '' : addressText(agent.address)));
      }
      return reports;
    },
    takeShares() {
      const shares: AgentShare[] = [];
      for (const agent of agents) {
        if (!agent || agent.inBatch === 0) continue;
        shares.push({ agent: agent.key, messages: agent.inBatch });
        agent.inBatch = 0;
        agent.changed = true;
      }
      return shares;
    },
    loseBatch() {
      for (const agent of agents) {
        if (!agent || agent.inBatch === 0) continue;
        agent.lostBySink += agent.inBatch;
        agent.inBatch = 0;
        agent.changed = true;
      }
    },
    identify(changed) {
      observerOf = changed;
      for (const agent of agents) {
        if (agent && agent.captureId !== NAMELESS) agent.observer = observerOf(agent, identityOf(agent));
      }
    },
    get untracked() {
      return others.received;
    },
  };
}

function countsOf(agent: Agent, address: string): AgentCounts {
  const { key, node, version, lastSeenUs, ratePerSecond, offsetUs, isTimed } = agent;
  const { received, appended, inBatch, duplicates, refused, undecodable, dropped, lostBySink } = agent;
  const skewMs = isTimed ? offsetUs / 1000 : null;
  return {
    ...{ key, node, address, version, lastSeenUs, ratePerSecond, skewMs },
    ...{ received, appended, inBatch, duplicates, refused, undecodable, dropped, lostBySink },
  };
}

function addressText(address: Uint8Array): string {
  const isIpv4 = address.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return isIpv4 ? formatAddress(address, 12, 4) : formatAddress(address, 0, 6);
}

function identityOf({ captureId, address, name }: Agent): Uint8Array {
  return Buffer.concat([Buffer.from(`${captureId} `), address, name]);
}

/** A place of hashes: after FNV-1a, over the name, the capture id and the address. */
function hashOf(
  bytes: Uint8Array,
  nameAt: number,
  nameEnd: number,
  captureId: number,
  sender: Uint8Array,
  senderAt: number,
): number {
  let hash = 0x811c9dc5 ^ captureId;
  for (let i = nameAt; i < nameEnd; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  for (let i = senderAt; i < senderAt + 16; i += 4) {
    const word = (sender[i]! << 24) | (sender[i + 1]! << 16) | (sender[i + 2]! << 8) | sender[i + 3]!;
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (HASHES - 1);
}

function isSame(address: Uint8Array, sender: Uint8Array, senderAt: number): boolean {
  // From the end, as addresses mostly begin alike.
  for (let i = 15; i >= 0; i--) if (address[i] !== sender[senderAt + i]) return false;
  return true;
}

function isText(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
