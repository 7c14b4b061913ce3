import type {
  Ladder,
  LadderGhostRow,
  LadderInput,
  LadderLeg,
  LadderMessageRow,
  LadderNoteRow,
  LadderOptions,
  LadderRow,
} from './ladder.ts';
import { assignLanes, type LaneAssignment } from './ladder-lanes.ts';
import { findMissing, type MissingMessage } from './ladder-missing.ts';
import { sortCausally } from './ladder-order.ts';
import { foldObservations, type LadderPacket } from './ladder-packets.ts';
import {
  createsDialog,
  ghostLabel,
  hasCredentials,
  messageClass,
  messageLabel,
  noteLabel,
  sdpChip,
} from './ladder-row-parts.ts';
import { isReadableSip, transactionKey } from './ladder-transaction.ts';
import { collectTransactions, isChallenge, matchChallenges } from './ladder-transactions.ts';

/**
 * The ladder of the messages of one or several Call-IDs, given in any order: the same messages give the same ladder. Takes n log n.
 *
 *   messages ─ sortCausally ─▶ foldObservations ─▶ packets ─▶ lanes, transactions ─▶ rows ─▶ ghosts, deltas
 */
export function buildLadder(messages: readonly LadderInput[], options: LadderOptions = {}): Ladder {
  const sorted = sortCausally(messages);
  const lanes = assignLanes(sorted, options);
  const packets = foldObservations(sorted);
  const transactions = collectTransactions(packets.filter((packet) => isReadableSip(packet.message)));
  const challengeAnswers = matchChallenges(transactions);
  const legs = collectLegs(sorted);
  const legOf = new Map(legs.map((leg, index) => [leg.callId, index]));
  const context: RowContext = { lanes, legOf, challengeAnswers, answering: new Set(challengeAnswers.values()) };

  const placed = placePackets(packets, context, options);
  const ghosts = options.ghosts === false ? [] : findMissing(transactions.values(), options);
  const rows = insertGhosts(placed.rows, placed.rowOf, ghosts, context);
  const firstFailureRow = markFirstFailure(rows, challengeAnswers);
  measureDeltas(rows, options.markedId);
  return {
    lanes: lanes.lanes,
    hiddenLanes: lanes.hidden,
    legs,
    rows,
    firstFailureRow,
    messageCount: messages.length,
    hiddenMessageCount: placed.hiddenMessageCount,
  };
}

interface RowContext {
  lanes: LaneAssignment;
  legOf: ReadonlyMap<string, number>;
  /** Challenged transaction to the one that answers it, and the set of those that answer. */
  challengeAnswers: ReadonlyMap<string, string>;
  answering: ReadonlySet<string>;
}

interface Placement {
  rows: LadderRow[];
  /** The row that shows a packet, also when it is folded into another's. */
  rowOf: Map<LadderPacket, LadderRow>;
  hiddenMessageCount: number;
}

function collectLegs(sorted: readonly LadderInput[]): LadderLeg[] {
  const legs = new Map<string, LadderLeg>();
  for (const { callId } of sorted) {
    const leg = legs.get(callId);
    if (leg) leg.messageCount++;
    else legs.set(callId, { callId, messageCount: 1 });
  }
  return [...legs.values()];
}

function placePackets(packets: readonly LadderPacket[], context: RowContext, options: LadderOptions): Placement {
  const rowOf = new Map<LadderPacket, LadderRow>();
  const foldRetransmissions = options.foldRetransmissions !== false;
  const rows: LadderRow[] = [];
  let hiddenMessageCount = 0;
  for (const packet of packets) {
    if (!isReadableSip(packet.message)) {
      const note = noteRow(packet, context);
      if (note.lane === -1) hiddenMessageCount += messageCountOf(packet);
      else rows.push(note);
      continue;
    }
    const first = packet.repeats && rowOf.get(packet.repeats);
    if (first?.kind === 'message' && foldRetransmissions) {
      first.retransmissions.push({
        messageId: packet.message.id,
        timestampUs: packet.message.timestampUs,
        sinceFirstTransmissionUs: packet.message.timestampUs - first.timestampUs,
        observations: packet.observations,
      });
      rowOf.set(packet, first);
      continue;
    }
    const row = messageRow(packet, context);
    if (row.fromLane < 0 || row.toLane < 0) {
      hiddenMessageCount += messageCountOf(packet);
      continue;
    }
    row.retransmissionOf = first ? first.id : null;
    rowOf.set(packet, row);
    rows.push(row);
  }
  if (options.foldChallenges !== true) return { rows, rowOf, hiddenMessageCount };
  return { rows: foldChallengeRows(rows, rowOf, context), rowOf, hiddenMessageCount };
}

/** Moves the rows of challenged transactions into the row of the request that answers the challenge. */
function foldChallengeRows(rows: LadderRow[], rowOf: Map<LadderPacket, LadderRow>, context: RowContext): LadderRow[] {
  const requestRow = new Map<string, LadderMessageRow>();
  for (const row of rows) {
    if (row.kind === 'message' && row.class === 'request' && !requestRow.has(row.transaction)) {
      requestRow.set(row.transaction, row);
    }
  }
  const into = new Map<LadderRow, LadderMessageRow>();
  for (const row of rows) {
    if (row.kind !== 'message') continue;
    let answer = context.challengeAnswers.get(row.transaction);
    if (answer === undefined) continue;
    // Credentials that were refused were challenged again: everything goes to the last attempt.
    for (
      let next = context.challengeAnswers.get(answer);
      next !== undefined;
      next = context.challengeAnswers.get(next)
    ) {
      answer = next;
    }
    const target = requestRow.get(answer);
    if (target) into.set(row, target);
  }
  for (const [row, target] of into) target.challenge.push(row as LadderMessageRow);
  for (const [packet, row] of rowOf) rowOf.set(packet, into.get(row) ?? row);
  return rows.filter((row) => !into.has(row));
}

function messageRow(packet: LadderPacket, context: RowContext): LadderMessageRow {
  const { message, observations } = packet;
  const transaction = transactionKey(message);
  const credentials = message.responseCode === 0 && message.method !== 'ACK' && message.method !== 'CANCEL';
  const answersChallenge = credentials && (hasCredentials(message) ?? context.answering.has(transaction));
  return {
    kind: 'message',
    id: message.id,
    timestampUs: message.timestampUs,
    sincePreviousUs: 0,
    sinceFirstUs: 0,
    sinceMarkedUs: null,
    leg: context.legOf.get(message.callId) ?? 0,
    label: messageLabel(message),
    message,
    fromLane: context.lanes.laneOf(message.sourceIp, message.sourcePort) ?? -1,
    toLane: context.lanes.laneOf(message.destinationIp, message.destinationPort) ?? -1,
    class: messageClass(message),
    transport: message.transport,
    sdp: sdpChip(message.sdp),
    transaction,
    createsDialog: createsDialog(message),
    digest: isChallenge(message) ? 'challenge' : answersChallenge ? 'credentials' : null,
    firstFailure: false,
    observations,
    seenBy: new Set(observations.map((observation) => observation.node)).size,
    retransmissions: [],
    retransmissionOf: null,
    challenge: [],
  };
}

/** Lane -1 means that both of its hosts are hidden, or the only one that has a lane. */
function noteRow(packet: LadderPacket, context: RowContext): LadderNoteRow {
  const { message } = packet;
  const source = context.lanes.laneOf(message.sourceIp, message.sourcePort);
  const destination = context.lanes.laneOf(message.destinationIp, message.destinationPort);
  const visible = [source, destination].find((lane) => lane !== undefined && lane >= 0);
  return {
    kind: 'note',
    id: message.id,
    timestampUs: message.timestampUs,
    sincePreviousUs: 0,
    sinceFirstUs: 0,
    sinceMarkedUs: null,
    leg: context.legOf.get(message.callId) ?? 0,
    label: noteLabel(message),
    message,
    lane: visible ?? source ?? destination ?? null,
  };
}

function insertGhosts(
  rows: readonly LadderRow[],
  rowOf: ReadonlyMap<LadderPacket, LadderRow>,
  ghosts: readonly MissingMessage[],
  context: RowContext,
): LadderRow[] {
  const behind = new Map<LadderRow, LadderGhostRow[]>();
  for (const { missing, after, transaction, fromEndpoint, toEndpoint } of ghosts) {
    const row = rowOf.get(after);
    const fromLane = context.lanes.laneOf(fromEndpoint.ip, fromEndpoint.port) ?? -1;
    const toLane = context.lanes.laneOf(toEndpoint.ip, toEndpoint.port) ?? -1;
    if (!row || fromLane < 0 || toLane < 0) continue;
    const ghost: LadderGhostRow = {
      kind: 'ghost',
      id: `ghost-${missing}-${after.message.id}`,
      timestampUs: row.timestampUs,
      sincePreviousUs: 0,
      sinceFirstUs: 0,
      sinceMarkedUs: null,
      leg: row.leg,
      label: ghostLabel(missing),
      missing,
      fromLane,
      toLane,
      transaction,
    };
    const list = behind.get(row);
    if (list) list.push(ghost);
    else behind.set(row, [ghost]);
  }
  return rows.flatMap((row) => [row, ...(behind.get(row) ?? [])]);
}

function markFirstFailure(rows: readonly LadderRow[], challengeAnswers: ReadonlyMap<string, string>): number | null {
  const index = rows.findIndex((row) => {
    if (row.kind !== 'message' || row.message.responseCode < 400) return false;
    if (isChallenge(row.message)) return !challengeAnswers.has(row.transaction);
    return row.message.responseCode !== 487;
  });
  const row = rows[index];
  if (row?.kind !== 'message') return null;
  row.firstFailure = true;
  return index;
}

function measureDeltas(rows: readonly LadderRow[], markedId: string | undefined): void {
  const first = rows[0];
  const marked = markedId === undefined ? undefined : rows.find((row) => row.id === markedId);
  let previous = first;
  for (const row of rows) {
    row.sincePreviousUs = row.timestampUs - (previous?.timestampUs ?? row.timestampUs);
    row.sinceFirstUs = row.timestampUs - (first?.timestampUs ?? row.timestampUs);
    row.sinceMarkedUs = marked ? row.timestampUs - marked.timestampUs : null;
    previous = row;
  }
}

/** Stored messages: what several agents saw may be one of them. */
function messageCountOf({ observations }: LadderPacket): number {
  return new Set(observations.map(({ messageId }) => messageId)).size;
}
