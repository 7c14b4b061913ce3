import type { MessageReader, MessageSummary, Observation } from '@calliope/model';
import { observedKey } from '../observed-message.ts';
import type { DatabaseSession } from './database-session.ts';
import { RowReader } from './row-reader.ts';
import { integerLiteral, listLiteral, stringLiteral, timestampLiteral } from './sql-literal.ts';

/** A longer list makes a query slow to read. */
const CALL_IDS_A_QUERY = 500;
/** More than any number of agents that see the same: of one query's messages together. */
const MOST_ROWS = 200_000;

/** Who else saw messages, see `observations-table.ts`. */
export function createObservationSearch(database: DatabaseSession): MessageReader['observations'] {
  return async (messages) => {
    const byCall = Map.groupBy(messages, ({ callId }) => callId);
    const callIds = [...byCall.keys()];
    const idsOf = new Map<string, string[]>();
    for (const message of messages) {
      const key = observedKey(message);
      const ids = idsOf.get(key);
      if (ids) ids.push(message.id);
      else idsOf.set(key, [message.id]);
    }
    const found = new Map<string, Observation[]>();
    for (let at = 0; at < callIds.length; at += CALL_IDS_A_QUERY) {
      const some = callIds.slice(at, at + CALL_IDS_A_QUERY);
      const row = new RowReader(await database.read(selectObservations(some, byCall)));
      while (!row.done) {
        const { key, observation } = readObservation(row);
        for (const id of idsOf.get(key) ?? []) {
          const known = found.get(id);
          if (known) known.push(observation);
          else found.set(id, [observation]);
        }
      }
    }
    return found;
  };
}

function selectObservations(
  callIds: readonly string[],
  byCall: ReadonlyMap<string, readonly MessageSummary[]>,
): string {
  let fromUs = Number.MAX_SAFE_INTEGER;
  let toUs = 0;
  for (const callId of callIds) {
    for (const { timestampUs } of byCall.get(callId)!) {
      fromUs = Math.min(fromUs, timestampUs);
      toUs = Math.max(toUs, timestampUs);
    }
  }
  return `SELECT ts, call_id, src_ip, src_port, dst_ip, dst_port, size, node, sender, seen FROM calliope.observations
    WHERE ts >= ${timestampLiteral(fromUs)} AND ts <= ${timestampLiteral(toUs)} AND call_id IN ${listLiteral(callIds, stringLiteral)}
    ORDER BY seen, node, sender LIMIT ${integerLiteral(MOST_ROWS)}`;
}

function readObservation(row: RowReader): { key: string; observation: Observation } {
  const timestampUs = row.integer();
  const callId = row.text();
  const key = observedKey({
    timestampUs,
    callId,
    sourceIp: row.address(),
    sourcePort: row.u16(),
    destinationIp: row.address(),
    destinationPort: row.u16(),
    size: row.u32(),
  });
  return { key, observation: { node: row.text(), senderIp: row.address(), timestampUs: row.integer() } };
}
