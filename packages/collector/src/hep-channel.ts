import { createHepIntake, type HepIntake } from './hep-intake.ts';
import { createHepSipAssembler } from './hep-sip-assembler.ts';
import { createKeyCheck } from './key-check.ts';
import { createNetworkFilter } from './network-filter.ts';
import { createPacketPath, type PacketPathSettings } from './packet-path.ts';
import type { ReceiveChannel } from './receive-channel.ts';
import type { SinkEvents, SinkFactory } from './receiver.ts';

/** What every HEP receiver is told. Plain values: they cross over to a worker. */
export interface HepChannelSettings extends PacketPathSettings {
  /** Of which a sender must show one; none: not asked for. */
  keys?: readonly string[];
  /** From which HEP is taken, `10.0.0.0/8`; none: any. */
  networks?: readonly string[];
}

/** From a datagram or frame to the sink, with all that is counted on the way. One a thread and receiver. */
export interface HepChannel extends ReceiveChannel {
  readonly intake: HepIntake;
}

/** Throws RangeError for networks that are none. */
export function createHepChannel(
  settings: HepChannelSettings,
  createSink: SinkFactory,
  events: SinkEvents,
): HepChannel {
  let isAllowed = createNetworkFilter(settings.networks ?? []);
  let hasKey = createKeyCheck(settings.keys ?? []);
  const path = createPacketPath(settings, createSink, events);
  const { counters, agents, signalling } = path;
  const assembler = createHepSipAssembler(path.pipeline.take);
  const intake = createHepIntake({ assembler, counters, agents, isAllowed, hasKey });
  return {
    intake,
    counters,
    agents,
    signalling,
    poll(nowUs) {
      if (assembler.waiting > 0) assembler.expire(nowUs);
      path.poll(nowUs);
    },
    flush: path.flush,
    reconfigure(change) {
      const { networks, keys } = change;
      if (networks) isAllowed = createNetworkFilter(networks);
      if (keys) hasKey = createKeyCheck(keys);
      intake.setAccess(isAllowed, hasKey);
      path.reconfigure(change);
    },
    close() {
      assembler.release();
      path.flush();
    },
    get sinkError() {
      return path.sinkError;
    },
  };
}
