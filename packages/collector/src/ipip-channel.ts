import { type Clock, systemClock } from '@calliope/model';
import { createIpipIntake, type IpipIntake } from './ipip-intake.ts';
import { createPortFilter, type PortRange } from './ipip-ports.ts';
import { createKeyCheck } from './key-check.ts';
import { createNetworkFilter } from './network-filter.ts';
import { createPacketPath, type PacketPathSettings } from './packet-path.ts';
import type { ReceiveChannel } from './receive-channel.ts';
import type { SinkEvents, SinkFactory } from './receiver.ts';

/** What the receiver of IP-in-IP is told. Plain values: they cross over to a worker. */
export interface IpipChannelSettings extends PacketPathSettings {
  /** Keys of which HEP within tunnels must show one; none: not asked for. */
  keys?: readonly string[];
  /** From which encapsulated packets are taken, `10.0.0.0/8`; none: any. */
  tunnelNetworks?: readonly string[];
  /** Inner ports, source or destination; none: any. */
  tunnelPorts?: readonly PortRange[];
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
  let isAllowed = createNetworkFilter(settings.tunnelNetworks ?? []);
  let hasKey = createKeyCheck(settings.keys ?? []);
  let isWanted = createPortFilter(settings.tunnelPorts ?? []);
  const path = createPacketPath(settings, createSink, events);
  const { counters, agents, signalling } = path;
  const intake = createIpipIntake({
    take: path.pipeline.take,
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
      path.poll(nowUs);
    },
    flush: path.flush,
    reconfigure(change) {
      const { tunnelNetworks, tunnelPorts, keys } = change;
      const networks = tunnelNetworks && createNetworkFilter(tunnelNetworks);
      if (tunnelPorts) isWanted = createPortFilter(tunnelPorts);
      if (tunnelNetworks) isAllowed = networks;
      if (keys) hasKey = createKeyCheck(keys);
      intake.setAccess({ isAllowed, hasKey, isWanted });
      path.reconfigure(change);
    },
    close() {
      intake.end();
      path.flush();
    },
    get sinkError() {
      return path.sinkError;
    },
  };
}
