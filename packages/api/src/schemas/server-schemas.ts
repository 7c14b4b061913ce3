import { Type } from 'typebox';
import { TextEnum } from './text-enum.ts';

const TimeOrNull = Type.Union([Type.Integer(), Type.Null()]);
const Counts = Type.Record(Type.String(), Type.Integer());
const Status = TextEnum(['ok', 'degraded', 'down']);

/** Documents `HealthReport`; see `@calliope/model`. */
export const HealthReportSchema = Type.Object(
  {
    status: Status,
    version: Type.String(),
    uptimeSeconds: Type.Number(),
    problems: Type.Array(Type.String(), { description: 'What is wrong and what to do, in plain sentences.' }),
    receivers: Type.Array(
      Type.Object({
        name: Type.String(),
        received: Type.Integer(),
        stored: Type.Integer(),
        duplicates: Type.Integer(),
        refused: Type.Integer(),
        undecodable: Type.Integer(),
        dropped: Counts,
        pending: Type.Integer(),
        keepAlives: Type.Integer(),
        ignored: Type.Optional(Type.Integer()),
        connections: Type.Optional(
          Type.Object({
            open: Type.Integer(),
            accepted: Type.Integer(),
            closed: Counts,
            lastFailure: Type.Optional(Type.String()),
          }),
        ),
      }),
    ),
    agents: Type.Array(
      Type.Object({
        node: Type.String({ description: 'Empty for what came from the address without saying whose it is.' }),
        address: Type.String({ description: 'Empty for all agents that did not fit into the table.' }),
        version: Type.Union([Type.String(), Type.Null()]),
        received: Type.Integer(),
        stored: Type.Integer(),
        duplicates: Type.Integer({ description: "Copies of packets that another agent's brought before." }),
        refused: Type.Integer(),
        undecodable: Type.Integer(),
        dropped: Type.Integer(),
        pending: Type.Integer(),
        lastSeenUs: Type.Integer(),
        ratePerSecond: Type.Number(),
        skewMs: Type.Union([Type.Number(), Type.Null()]),
      }),
    ),
    spool: Type.Object({
      batches: Type.Integer(),
      bytes: Type.Integer(),
      limitBytes: Type.Integer(),
      droppedMessages: Type.Integer(),
      oldestUs: TimeOrNull,
      earlier: Type.Optional(
        Type.Object({
          found: Type.Integer(),
          stored: Type.Integer(),
          dropped: Type.Integer(),
          rejected: Type.Integer(),
        }),
      ),
    }),
    engine: Type.Object({
      state: TextEnum(['starting', 'running', 'restarting', 'stopped']),
      restarts: Type.Integer(),
      lastError: Type.Union([Type.String(), Type.Null()]),
    }),
    store: Type.Union([
      Type.Object({
        messages: Type.Integer(),
        calls: Type.Integer(),
        bytes: Type.Integer(),
        oldestUs: TimeOrNull,
        newestUs: TimeOrNull,
      }),
      Type.Null(),
    ]),
    disk: Type.Object({ freeBytes: Type.Integer(), totalBytes: Type.Integer() }),
    listen: Type.Object({ http: Type.String(), hep: Type.Array(Type.String()) }),
    configuration: Type.Object({
      loadedUs: Type.Integer(),
      reloads: Type.Integer(),
      applied: Type.Array(Type.String()),
      needsRestart: Type.Array(Type.String(), { description: 'Settings that were changed and wait for a restart.' }),
      error: Type.Union([Type.String(), Type.Null()], { description: 'Why the last reload changed nothing.' }),
    }),
  },
  { $id: 'HealthReport' },
);

export const HealthSummarySchema = Type.Object(
  { status: Status, version: Type.String() },
  { $id: 'HealthSummary', description: 'What is told to who is not logged in.' },
);

export const ImportResponseSchema = Type.Object(
  {
    messages: Type.Integer({ description: 'SIP messages stored.' }),
    frames: Type.Integer({ description: 'Frames read from the file.' }),
    otherMessages: Type.Integer(),
    duplicates: Type.Integer({ description: 'Copies of packets in HEP of several agents: not stored again.' }),
    defects: Counts,
    firstUs: TimeOrNull,
    lastUs: TimeOrNull,
  },
  { $id: 'ImportResponse' },
);
