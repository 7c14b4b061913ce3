import { type Clock, systemClock } from '@calliope/model';
import { createAgentTable } from './agent-table.ts';
import { type BatchLimits, createBatchFlusher, DEFAULT_BATCH_LIMITS } from './batch-flusher.ts';
import { createIpipIntake, type IpipIntake } from './ipip-intake.ts';
import { createPortFilter, type PortRange } from './ipip-ports.ts';
import { createKeyCheck } from './key-check.ts';
import { createNetworkFilter } from './network-filter.ts';
import { createPacketPipeline } from './packet-pipeline.ts';
import { emptyCounters } from './receive-counters.ts';
import type { ReceiveChannel } from './receive-loop.ts';
import type { SinkEvents, SinkFactory } from './receiver.ts';
import { createSignallingMetrics } from './signalling-metrics.ts';

/** What the receiver of IP-in-IP is told. Plain values: they cross over to a worker. */
export interface IpipChannelSettings {
  /** Names the node of HEP within tunnels that names none. */
  nodeName: string;
  /** Keys of which HEP within tunnels must show one; none: not asked for. */
  keys?: readonly string[];
  /** From which encapsulated packets are taken, `10.0.0.0/8`; none: any. */
  tunnelNetworks?: readonly string[];
  /** Inner ports, source or destination; none: any. */
  tunnelPorts?: readonly PortRange[];
  batch?: Partial<BatchLimits>;
  /** Nodes known by name, 10,000 when absent. */
  maxAgents?: number;
}

/** From encapsulated packets to the sink, with all that is counted on the way. */
export interface IpipChannel extends ReceiveChannel {
  readonly intake: IpipIntake;
}

const EXPIRE_EVERY_US = 1e6;

/** Throws RangeError for networks and ports that are none. */
export function createIpipChannel(
  settings: IpipChannelSettings,
  createSink: SinkFactory,
  events: SinkEvents,
  clock: Clock = systemClock,
): IpipChannel {
  const counters = emptyCounters();
  const agents = createAgentTable(settings.nodeName, settings.maxAgents);
  let isAllowed = createNetworkFilter(settings.tunnelNetworks ?? []);
  let hasKey = createKeyCheck(settings.keys ?? []);
  let isWanted = createPortFilter(settings.tunnelPorts ?? []);
  let sinkError: string | undefined;
  const sink = createSink({
    onBatch(batch) {
      sinkError = undefined;
      events.onBatch(batch);
    },
    onLost(messages, error) {
      counters.lostBySink += messages;
      sinkError = error.message;
      events.onLost(messages, error);
    },
  });
  const signalling = createSignallingMetrics();
  const { nodeName } = settings;
  const pipeline = createPacketPipeline({ sink, nodeName, counters, observe: signalling.observe });
  const flusher = createBatchFlusher(sink, { ...DEFAULT_BATCH_LIMITS, ...settings.batch }, (error) => {
    sinkError = error.message;
  });
  const intake = createIpipIntake({
    take: pipeline.take,
    counters,
    agents,
    clock,
    isAllowed,
    hasKey,
    isWanted,
  });
  let expiredUs = 0;
  return {
    intake,
    counters,
    agents,
    signalling,
    poll(nowUs) {
      if (Math.abs(nowUs - expiredUs) >= EXPIRE_EVERY_US) {
        expiredUs = nowUs;
        intake.expire(nowUs);
      }
      flusher.poll(nowUs / 1000);
    },
    flush: flusher.flush,
    reconfigure({ tunnelNetworks, tunnelPorts, keys }) {
      const networks = tunnelNetworks && createNetworkFilter(tunnelNetworks);
      if (tunnelPorts) isWanted = createPortFilter(tunnelPorts);
      if (tunnelNetworks) isAllowed = networks;
      if (keys) hasKey = createKeyCheck(keys);
      intake.setAccess({ isAllowed, hasKey, isWanted });
    },
    close() {
      intake.end();
      flusher.flush();
    },
    get sinkError() {
      return sinkError;
    },
  };
}
