import { OUTCOMES } from '@calliope/model';
import { Type } from 'typebox';
import { CallMessageSchema } from './message-schemas.ts';
import { TextEnum } from './text-enum.ts';

const TimeOrNull = Type.Union([Type.Integer(), Type.Null()]);
const DurationOrNull = Type.Union([Type.Number(), Type.Null()]);

/** Documents `CallRecord`; see `@calliope/model`. */
export const CallRecordSchema = Type.Object(
  {
    callId: Type.String(),
    firstUs: Type.Integer(),
    lastUs: Type.Integer(),
    fromUser: Type.String(),
    fromHost: Type.String(),
    toUser: Type.String(),
    toHost: Type.String(),
    requestUser: Type.String(),
    assertedUser: Type.String(),
    inviteUs: TimeOrNull,
    tryingUs: TimeOrNull,
    ringingUs: TimeOrNull,
    answerUs: TimeOrNull,
    ackUs: TimeOrNull,
    cancelUs: TimeOrNull,
    byeUs: TimeOrNull,
    responseCode: Type.Integer({ description: 'Last final response to the INVITE, 0 when none.' }),
    reasonPhrase: Type.String(),
    outcome: TextEnum([...OUTCOMES]),
    pddMs: DurationOrNull,
    durationMs: DurationOrNull,
    sourceIp: Type.String(),
    destinationIp: Type.String(),
    hosts: Type.Array(Type.String()),
    userAgents: Type.Array(Type.String()),
    nodes: Type.Array(Type.String()),
    methods: Type.Array(Type.String()),
    messageCount: Type.Integer(),
  },
  {
    $id: 'CallRecord',
    description: 'What the messages of one Call-ID say of a call. Times in microseconds since 1970.',
  },
);

export const CallResponseSchema = Type.Object(
  {
    call: Type.Union([CallRecordSchema, Type.Null()], {
      description: 'The record of the Call-ID, of several the earliest; null when the messages are not of a call.',
    }),
    calls: Type.Optional(
      Type.Array(CallRecordSchema, { description: 'When several Call-IDs were asked: their records, earliest first.' }),
    ),
    messages: Type.Array(CallMessageSchema, { description: 'Oldest first.' }),
    cursor: Type.Optional(Type.String()),
  },
  { $id: 'CallResponse' },
);
