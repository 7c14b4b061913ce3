import type { AgentReport, MessageSink, ReceiverReport, SpoolBatch } from '@calliope/model';
import type { AgentShare } from './agent-counts.ts';
import type { DuplicateSettings } from './duplicate-settings.ts';
import type { PortRange } from './ipip-ports.ts';
import type { SignallingReport } from './signalling-metrics-report.ts';
import type { TlsFiles } from './tls-credentials.ts';

/** One entrance of the capture node. It holds a socket, so it is started and stopped; it never exits by itself after the start. */
export interface Receiver {
  /** e.g. `udp [::]:9060`, with the real port once it is started. */
  readonly name: string;
  /** e.g. `[::]:9060`. */
  readonly address: string;
  /** Resolves when it receives. Rejects with {@link ReceiverError}: an operator's mistake, to be shown at the start. */
  start(): Promise<void>;
  /** Takes what has already arrived, flushes, releases. Resolves when every batch has been handed over. */
  stop(): Promise<void>;
  /** Closes the open batch and resolves when it has been handed over. */
  flush(): Promise<void>;
  /** Changes what can be changed without missing a packet; resolves when it is in force. Rejects with RangeError for a bad value: then nothing changed. */
  reconfigure(change: ReceiverChange): Promise<void>;
  /**
   * Of receivers with TLS: reads the certificate, key and client CA again, or other files, for connections from now on.
   * Throws ReceiverError `bad_certificate` when they cannot be used: then those in use stay.
   */
  reload?(files?: TlsFiles): void;
  report(): ReceiverReport;
  agents(): AgentReport[];
  /** What was said over SIP, of messages that were kept. */
  signalling(): SignallingReport;
  /** Plain sentences of what is wrong and what to do. */
  problems(): string[];
}

/** What a receiver can take on while it runs; what is absent stays. Plain values: they cross over to a worker. */
export interface ReceiverChange {
  /** HEP keys of which a sender must show one; empty: not asked for. */
  keys?: readonly string[];
  /** Networks that HEP is taken from, `10.0.0.0/8`; empty: any. */
  networks?: readonly string[];
  /** Networks that encapsulated packets are taken from; empty: any. */
  tunnelNetworks?: readonly string[];
  /** Ports within tunnels that are looked at; empty: any. */
  tunnelPorts?: readonly PortRange[];
  /** Of receivers that have connections: those above the bound stay until they end. */
  maxConnections?: number;
  duplicates?: DuplicateSettings;
}

export type ReceiverErrorCode =
  | 'address_in_use'
  | 'address_not_available'
  | 'permission_denied'
  | 'not_supported'
  | 'bad_certificate'
  | 'failed';

/** Why a receiver did not start. */
export class ReceiverError extends Error {
  readonly code: ReceiverErrorCode;

  constructor(code: ReceiverErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ReceiverError';
    this.code = code;
  }
}

const CODES: Record<string, ReceiverErrorCode> = {
  EADDRINUSE: 'address_in_use',
  EADDRNOTAVAIL: 'address_not_available',
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EAFNOSUPPORT: 'not_supported',
};

const ADVICE: Record<ReceiverErrorCode, string> = {
  address_in_use: 'another process has it. Stop that one, or listen elsewhere',
  address_not_available: 'this machine has no such address',
  permission_denied: 'the system does not allow it (ports below 1024 need CAP_NET_BIND_SERVICE)',
  not_supported: 'the system has no such address family',
  bad_certificate: 'its certificate cannot be used',
  failed: 'the system refused',
};

/** The error for a failed socket call; `systemCode` as in `EADDRINUSE`. */
export function receiverError(name: string, systemCode: string, cause?: unknown): ReceiverError {
  const code = CODES[systemCode] ?? 'failed';
  return new ReceiverError(code, `${name}: ${ADVICE[code]} (${systemCode})`, { cause });
}

/** What became of a batch that was handed over. */
export type BatchOutcome = 'stored' | 'dropped' | 'rejected';

/** A batch of a receiver's sink. */
export interface ReceivedBatch extends SpoolBatch {
  /** Whose messages are in it; not all need be anybody's. */
  shares?: readonly AgentShare[];
}

/**
 * Where closed batches go: the spool drainer's `add`. `onSettled` is called once; `rejected` says how many of the batch's messages were set aside, of a
 * rejected batch all.
 */
export type BatchDelivery = (batch: SpoolBatch, onSettled: (outcome: BatchOutcome, rejected?: number) => void) => void;

/** What a sink tells its owner. */
export interface SinkEvents {
  /** A batch is in the spool. */
  onBatch(batch: ReceivedBatch): void;
  /** A batch could not be written: its messages are lost. */
  onLost(messages: number, error: Error): void;
  /** A batch could not be written and stays open: it is tried again at the next flush. Without this, it is lost at once. */
  onDelayed?(error: Error): void;
}

/** Makes a receiver's sink: the composition root's, as it knows the store. */
export type SinkFactory = (events: SinkEvents) => MessageSink;
