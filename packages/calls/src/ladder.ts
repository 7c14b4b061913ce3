import type { CallMessage, Transport } from '@calliope/model';

/** What the ladder is built from. `text` serves to tell credentials and to quote notes; without it those are left out. */
export type LadderInput = Omit<CallMessage, 'text'> & { text?: string };

/**
 * What makes a lane.
 * - `host`: an IP address with all its ports, but an address that talks to itself on two ports is one lane a port (a laboratory on 127.0.0.1).
 * - `address`: an IP address, always.
 * - `endpoint`: an IP address and port.
 */
export type LaneKeying = 'host' | 'address' | 'endpoint';

export interface LadderOptions {
  /** Default `host`. */
  lanesBy?: LaneKeying;
  /** A name for an endpoint, or undefined. Endpoints of one name share a lane, whatever `lanesBy` says; the name is then the lane's key. */
  alias?: (ip: string, port: number) => string | undefined;
  /** Lane keys from left to right; lanes not named follow in automatic order. */
  laneOrder?: readonly string[];
  /** Keys of lanes not to show. What they send and receive is left out and counted. */
  hiddenLanes?: readonly string[];
  /** Default true: retransmissions are part of the row of the first transmission. */
  foldRetransmissions?: boolean;
  /** Default false: a transaction that was challenged and tried again with credentials is part of that second request's row. */
  foldChallenges?: boolean;
  /** Default true: rows for what should have come and did not. */
  ghosts?: boolean;
  /** Default false: also a ghost for a BYE that did not come. */
  expectBye?: boolean;
  /**
   * Until when messages would have been seen: nothing is missing before its time is up. Default: for ever, as for a call of the past.
   * Give the present time for a call that is still going on.
   */
  observedUntilUs?: number;
  /** Id of a message to count time from. */
  markedId?: string;
}

export interface LadderLane {
  /** Address, `address:port` or alias. Stable; what `laneOrder` and `hiddenLanes` name. */
  key: string;
  label: string;
  /** Addresses and ports seen in this lane, sorted. */
  addresses: string[];
  ports: number[];
}

export interface LadderLeg {
  callId: string;
  /** Messages given of this leg. */
  messageCount: number;
}

/** For colour: the kind of request is in the method, the class of a response is its first digit. */
export type LadderClass = 'request' | '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | '6xx';

export interface SdpChip {
  /** Name of the first codec that is not telephone-event, e.g. `PCMA`; the medium's type when it has none. */
  codec: string;
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** The sender of this SDP put the other side on hold: sendonly, inactive, or the connection address 0.0.0.0 of RFC 2543. */
  hold: boolean;
  mediaCount: number;
}

/** One capture of a packet. */
export interface LadderObservation {
  /** Of the stored message; the same for several captures when copies were not stored again. */
  messageId: string;
  node: string;
  timestampUs: number;
}

/** The same message sent again. */
export interface LadderRetransmission {
  messageId: string;
  timestampUs: number;
  sinceFirstTransmissionUs: number;
  observations: LadderObservation[];
}

interface LadderRowBase {
  /** Unique and stable: the message's id, or `ghost-<missing>-<id of the message that it is missing after>`. */
  id: string;
  timestampUs: number;
  /** Since the row above (0 in the first row), since the first row, since the marked message (null when there is none). Negative where clocks are not quite right. */
  sincePreviousUs: number;
  sinceFirstUs: number;
  sinceMarkedUs: number | null;
  /** Index into {@link Ladder.legs}. */
  leg: number;
  /** Method, or code and reason phrase; of other protocols the name and beginning of the text. From outside: escape it where it is shown. */
  label: string;
}

/** An arrow. */
export interface LadderMessageRow extends LadderRowBase {
  kind: 'message';
  message: LadderInput;
  /** Indexes into {@link Ladder.lanes}; equal when a host talks to itself. */
  fromLane: number;
  toLane: number;
  class: LadderClass;
  transport: Transport;
  sdp: SdpChip | null;
  /** Equal for the messages of one transaction on one hop (RFC 3261 section 17); an ACK to a failure belongs to the INVITE's. */
  transaction: string;
  /** A request that may create a dialog: INVITE, SUBSCRIBE or REFER without To tag. */
  createsDialog: boolean;
  digest: 'challenge' | 'credentials' | null;
  /** The first final response ≥ 400 that was a failure: not a challenge that was answered, nor the 487 of a CANCEL. */
  firstFailure: boolean;
  /** The packet's captures, earliest first: at least one. */
  observations: LadderObservation[];
  /** Distinct capture nodes of `observations`. */
  seenBy: number;
  /** Later transmissions, when folded. Shown as ×(1 + length). */
  retransmissions: LadderRetransmission[];
  /** When not folded: the id of the row of the first transmission, null in that one itself. */
  retransmissionOf: string | null;
  /** The rows of the challenged transaction that this request repeats with credentials, when folded. */
  challenge: LadderMessageRow[];
}

/** What is not SIP, or not readable as such. */
export interface LadderNoteRow extends LadderRowBase {
  kind: 'note';
  message: LadderInput;
  /** Lane of the source, else of the destination, else null: notes make no lanes. */
  lane: number | null;
}

export type LadderMissing = 'ack' | 'final_response' | 'bye';

/** Something that should have come. It stands behind the last message of its transaction and has that one's time. */
export interface LadderGhostRow extends LadderRowBase {
  kind: 'ghost';
  missing: LadderMissing;
  /** From whom it should have come and to whom. */
  fromLane: number;
  toLane: number;
  /** Transaction that it is missing in. */
  transaction: string;
}

export type LadderRow = LadderMessageRow | LadderNoteRow | LadderGhostRow;

/** Messages as lanes and rows. Pure data: nothing is drawn yet. */
export interface Ladder {
  lanes: LadderLane[];
  hiddenLanes: LadderLane[];
  /** In order of their first message. */
  legs: LadderLeg[];
  rows: LadderRow[];
  /** Index of the row with `firstFailure`, or null. */
  firstFailureRow: number | null;
  /** Messages given. */
  messageCount: number;
  /** Messages that are in no row because their lane is hidden. */
  hiddenMessageCount: number;
}
