export {
  type CalliopeNode,
  type CalliopeOptions,
  type CommandResult,
  poll,
  runCalliope,
  startCalliope,
} from './calliope-node.ts';
export { takeDatabaseAway } from './database-away.ts';
export { childrenOf, enginePid } from './engine-process-id.ts';
export { createFakeClock, type FakeClock, fakeClockSkipReason, SEEN_AFTER_MS } from './fake-clock.ts';
export { freePorts } from './free-port.ts';
export { type HeardPacket, HepListener } from './hep-listener.ts';
export {
  type HostilePorts,
  type HostileSenders,
  type HostileTally,
  hepFrameOf,
  startHostileSenders,
} from './hostile-senders.ts';
export { type IdleConnections, type IdleConnectionsOptions, openIdleConnections } from './idle-connections.ts';
export { type KamailioOptions, startKamailio } from './kamailio-proxy.ts';
export { waitForListeningPort } from './listening-port.ts';
export { captureSkipReason, type LoopbackCapture, startLoopbackCapture } from './loopback-capture.ts';
export {
  assertAccounted,
  assertStoredOnce,
  droppedOf,
  type MessageAccounts,
  readAccounts,
  readMetrics,
  type StoredOnce,
  settledAccounts,
} from './message-accounts.ts';
export {
  connectNamespaces,
  createNetworkNamespace,
  type NetworkNamespace,
  namespaceSkipReason,
} from './network-namespace.ts';
export {
  type NumberedTraffic,
  type NumberedTrafficOptions,
  numberedCallId,
  numberedPayload,
  startNumberedTraffic,
} from './numbered-traffic.ts';
export { anonymousMemory } from './process-memory.ts';
export { hasProgram, type ProgramName, skipReason } from './required-programs.ts';
export { SIP_TALK, type SipTalkLine, type SipTalkSettings } from './sip-talk.ts';
export {
  runSippCaller,
  type SippCallee,
  type SippCallerOptions,
  type SippOptions,
  type SippRun,
  startSippCallee,
} from './sipp.ts';
export { parseSippMessageLog, type SippMessage } from './sipp-message-log.ts';
export {
  type CalleeScenario,
  type CallerScenario,
  type CallParties,
  calleeScenario,
  callerScenario,
} from './sipp-scenarios.ts';
export { parseSippStatistics, type SippStatistics } from './sipp-statistics.ts';
export { mountSkipReason, mountSmallDisk, type SmallDisk } from './small-disk.ts';
export { runSngrepSender, type SngrepOptions } from './sngrep-sender.ts';
export { type ExitStatus, StartedProgram, type StartOptions } from './started-program.ts';
export { withTemporaryDirectory } from './temporary-directory.ts';
export { type TraceTunnel, TUNNEL_MODES, type TunnelMode, traceThroughTunnel } from './trace-tunnel.ts';
export { type TsharkMessage, tsharkSip } from './tshark-sip.ts';
