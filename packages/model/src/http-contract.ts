import type { CallRecord } from './call-record.ts';
import type { Message, MessageSummary, Observation } from './message.ts';
import type { FacetValue, HistogramBucket, StoreStatistics, Total } from './store-ports.ts';

/**
 * The bodies of `/api/v1`, shared by the server, the web interface and the command line.
 * Times are microseconds since 1970 (`…Us`). Every search takes the same query parameters:
 * `q` (expression), `from` and `to` (ISO 8601 with up to six digits of fraction and a zone, a bare local time read in `tz`, epoch seconds, or `now-1h`),
 * `tz` (IANA zone, default UTC), `limit` (1..10,000, default 100), `cursor`, `order` (`desc`, `asc`).
 */
export interface SearchResponse<T> {
  items: T[];
  /** Present when there is more: pass it back with the same parameters. */
  cursor?: string;
  /** Present unless `count=false` was asked or a cursor was given. */
  total?: Total;
  fromUs: number;
  toUs: number;
  elapsedMs: number;
}

export type MessagesResponse = SearchResponse<MessageSummary>;
export type CallsResponse = SearchResponse<CallRecord>;

/** Body of every answer with status ≥ 400. */
export interface ErrorResponse {
  error: {
    /** One of the coded errors in the API's table, e.g. `query_syntax`, `query_timeout`, `unauthorized`, `not_found`, `too_many_attempts`, `store_unavailable`. */
    code: string;
    message: string;
    /** For `query_syntax`: where (UTF-16 offset into `q`), how long, and what could stand there. */
    position?: number;
    length?: number;
    expected?: string[];
    retryable: boolean;
  };
}

export interface SdpMediaSummary {
  /** audio, video, image … */
  type: string;
  port: number;
  /** Connection address in force for this medium, '' when none. */
  address: string;
  protocol: string;
  /** Names with clock rate in order of preference, e.g. `PCMA/8000`; static payload types by RFC 3551. */
  codecs: string[];
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

export interface SdpSummary {
  origin: string;
  media: SdpMediaSummary[];
}

/** A message of a call as the ladder and the message list need it: with its text and what the ladder draws from it. */
export interface CallMessage extends MessageSummary {
  /** Payload as UTF-8 text, invalid sequences replaced (the exact bytes are in the message's own answer). */
  text: string;
  /** Branch of the top Via. */
  viaBranch: string;
  /** First SDP in the body, also within multipart. */
  sdp: SdpSummary | null;
  /** Other agents that saw the packet; absent when there are none. */
  alsoSeenBy?: Observation[];
}

export interface CallResponse {
  /** Of several Call-IDs: the record of the earliest. Null when the messages are not of a call. */
  call: CallRecord | null;
  /** Present when several Call-IDs were asked: their records, earliest first. */
  calls?: CallRecord[];
  messages: CallMessage[];
  /** Present when the call has more messages than `limit` (default 10,000). */
  cursor?: string;
}

export interface ParsedHeader {
  /** As written. */
  name: string;
  /** Canonical long name, e.g. `Via` for `v`. */
  canonicalName: string;
  /** Unfolded. */
  value: string;
}

export interface MessageResponse {
  message: MessageSummary;
  payloadBase64: string;
  text: string;
  startLine: string;
  headers: ParsedHeader[];
  body: string;
  sdp: SdpSummary | null;
  /** Other agents that saw the packet, in the order of their times. */
  alsoSeenBy: Observation[];
}

export interface HistogramResponse {
  bucketUs: number;
  fromUs: number;
  toUs: number;
  buckets: HistogramBucket[];
}

export interface FacetsResponse {
  facets: Record<string, FacetValue[]>;
}

export type Role = 'admin' | 'user';

export interface UserInfo {
  username: string;
  role: Role;
  createdUs: number;
  /** True until the password given by somebody else was changed. */
  mustChangePassword: boolean;
}

export interface TokenInfo {
  id: string;
  name: string;
  username: string;
  createdUs: number;
  lastUsedUs: number | null;
  expiresUs: number | null;
}

/** Answer to creating a token: the only time that `secret` is shown. */
export interface TokenCreated extends TokenInfo {
  secret: string;
}

export interface ImportResponse {
  /** SIP messages stored. */
  messages: number;
  /** Frames read from the file. */
  frames: number;
  /** Messages of other payload types stored (RTCP as JSON, logs … from HEP inside the capture). */
  otherMessages: number;
  /** Copies of packets within the file, in HEP of several agents: not stored again, but who saw them is. */
  duplicates: number;
  /** Defects by name: truncated frames, unsupported link types, undecodable HEP … */
  defects: Record<string, number>;
  /** Range of time of what was stored, null when nothing was. */
  firstUs: number | null;
  lastUs: number | null;
}

/** One receiver's counters since start. `received` = `stored` + `duplicates` + `refused` + `undecodable` + `dropped` + `pending`. */
export interface ReceiverReport {
  /** e.g. `udp 0.0.0.0:9060`. */
  name: string;
  received: number;
  stored: number;
  duplicates: number;
  refused: number;
  undecodable: number;
  /** By stage: kernel, queue, spool. */
  dropped: Record<string, number>;
  pending: number;
  /** Empty keep-alives, not counted as received. */
  keepAlives: number;
  /** Of IP-in-IP: packets that carried no SIP, or not at the ports asked for; not counted as received. */
  ignored?: number;
  /** Of receivers that have connections: TCP, TLS, WebSocket. */
  connections?: ConnectionReport;
}

/** One receiver's connections since start; what they brought is counted as messages, not here. */
export interface ConnectionReport {
  open: number;
  accepted: number;
  /** Closed or refused by the receiver, by reason: limit, evicted, idle, handshake, handshake_timeout, certificate, protocol, memory, accept_failed. */
  closed: Record<string, number>;
  /** The last handshake or certificate that failed: whose, and why. */
  lastFailure?: string;
}

/**
 * One agent's counters since start, by node and address. `received` = `stored` + `duplicates` + `refused` + `undecodable` + `dropped` + `pending`.
 * What the kernel dropped is nobody's; HEP has no sequence numbers, so what was lost before it came here is not known.
 */
export interface AgentReport {
  /** Node name, else capture id; '' for what came from the address without saying so. */
  node: string;
  /** '' stands for all agents that did not fit into the table. */
  address: string;
  /** Of the protocol: `HEP 3`; null when it is not known. */
  version: string | null;
  received: number;
  stored: number;
  /** Copies of packets that another agent's brought before. */
  duplicates: number;
  refused: number;
  undecodable: number;
  /** Lost in this node, at any stage. */
  dropped: number;
  pending: number;
  lastSeenUs: number;
  /** Messages a second lately. */
  ratePerSecond: number;
  /** Reception minus packet time, the least of the last half to one minute: how far the agent's clock is behind, and the shortest delay. Null when it sends no times. */
  skewMs: number | null;
}

export interface HealthReport {
  status: 'ok' | 'degraded' | 'down';
  version: string;
  uptimeSeconds: number;
  /** Plain sentences of what is wrong and what to do, empty when ok. */
  problems: string[];
  receivers: ReceiverReport[];
  agents: AgentReport[];
  spool: {
    batches: number;
    bytes: number;
    limitBytes: number;
    /** Lost since the start because the bound was reached, whoever brought them. */
    droppedMessages: number;
    oldestUs: number | null;
    /** Messages that an earlier run left in the spool, found at the start: in no receiver's counters. Absent when there were none. */
    earlier?: { found: number; stored: number; dropped: number; rejected: number };
  };
  engine: { state: 'starting' | 'running' | 'restarting' | 'stopped'; restarts: number; lastError: string | null };
  store: StoreStatistics | null;
  /** Bytes free and in all of the file system that holds the data. */
  disk: { freeBytes: number; totalBytes: number };
  listen: { http: string; hep: string[] };
  configuration: {
    /** When what is in force was read. */
    loadedUs: number;
    /** How often it was to be read again since the start. */
    reloads: number;
    /** Names of settings that the last reload changed. */
    applied: string[];
    /** Names of settings that differ from what is in force and wait for a restart. */
    needsRestart: string[];
    /** Why the last reload changed nothing; null when it went well. */
    error: string | null;
  };
}

/** A whole message in JSON exports: payload as text when it is valid UTF-8, else base64. */
export type ExportedMessage = Omit<Message, 'payload'> & ({ text: string } | { payloadBase64: string });
