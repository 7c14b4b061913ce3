export { type AgentCounts, mergeAgentReports } from './agent-counts.ts';
export { type Agent, type AgentTable, createAgentTable } from './agent-table.ts';
export { type BatchLimits, DEFAULT_BATCH_LIMITS } from './batch-flusher.ts';
export { createDgramReceiver, type DgramReceiverOptions } from './dgram-receiver.ts';
export { createDuplicateFilter, type DuplicateFilter } from './duplicate-filter.ts';
export { createFingerprintMaker, type FingerprintMaker } from './duplicate-fingerprint.ts';
export { createDuplicateMemory, type DuplicateMemory, openDuplicateMemory } from './duplicate-memory.ts';
export { DEFAULT_DUPLICATES, type DuplicateSettings } from './duplicate-settings.ts';
export { type DuplicateRules, type DuplicateTable, type Observer, openDuplicateTable } from './duplicate-table.ts';
export type { HepChannelSettings } from './hep-channel.ts';
export { type ImportCaptureOptions, type ImportProgress, importCapture } from './import-capture.ts';
export type { PortRange } from './ipip-ports.ts';
export { createIpipReceiver, type IpipReceiverOptions } from './ipip-receiver.ts';
export { type IpipWorkerOptions, runIpipWorker } from './ipip-worker.ts';
export { type KernelClock, readKernelClock } from './kernel-clock.ts';
export { loadLibc } from './libc.ts';
export { createNetworkFilter, type NetworkFilter } from './network-filter.ts';
export { createPacketPipeline, type PacketPipeline, type PacketPipelineOptions, Taken } from './packet-pipeline.ts';
export { probeReceiveBuffer } from './receive-buffer-probe.ts';
export { emptyCounters, type ReceiveCounters } from './receive-counters.ts';
export { type ReceiveWorkerOptions, runReceiveWorker } from './receive-worker.ts';
export {
  type BatchDelivery,
  type BatchOutcome,
  type ReceivedBatch,
  type Receiver,
  type ReceiverChange,
  ReceiverError,
  type ReceiverErrorCode,
  type SinkEvents,
  type SinkFactory,
} from './receiver.ts';
export { createSignallingMetrics, type SignallingMetrics } from './signalling-metrics.ts';
export { SIGNALLING_METHODS } from './signalling-metrics-methods.ts';
export {
  DELAY_BOUNDS,
  type DelayHistogram,
  emptySignalling,
  type SignallingReport,
  sumSignalling,
} from './signalling-metrics-report.ts';
export { createSpoolDrainer, type SpoolDrainer, type SpoolDrainerOptions, type SpoolReport } from './spool-drainer.ts';
export { createTcpReceiver, type TcpReceiverOptions } from './tcp-receiver.ts';
export { readTlsCredentials, type TlsCredentials, type TlsFiles } from './tls-credentials.ts';
export { createTlsReceiver, type TlsReceiverOptions } from './tls-receiver.ts';
export { type ChosenUdpReceiver, createUdpReceiver } from './udp-receiver.ts';
export { DEFAULT_HEP_ADDRESS, DEFAULT_HEP_PORT, type UdpReceiverOptions } from './udp-receiver-options.ts';
export {
  createUdpWorkerReceiver,
  UDP_RECEIVE_BUFFER_BYTES,
  type UdpWorkerReceiverOptions,
} from './udp-worker-receiver.ts';
export { createWebSocketReceiver, type WebSocketReceiverOptions } from './websocket-receiver.ts';
