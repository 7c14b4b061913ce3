import { DEFECTS, TRANSPORTS } from '@calliope/model';
import { Type } from 'typebox';
import { TextEnum } from './text-enum.ts';

/** Documents `MessageSummary` and what is built on it; see `@calliope/model`. */
const Microseconds = (description: string) =>
  Type.Integer({ description: `${description} Microseconds since 1970-01-01T00:00:00Z.` });

const summaryProperties = {
  id: Type.String({ description: 'Opaque, stable; fit for a URL path.' }),
  timestampUs: Microseconds('When the packet was on the wire.'),
  node: Type.String({ description: 'Capture node or agent that saw it.' }),
  payloadType: Type.Integer({ description: 'HEP protocol type; 1 is SIP.' }),
  transport: TextEnum([...TRANSPORTS]),
  ipVersion: Type.Enum([4, 6]),
  sourceIp: Type.String(),
  sourcePort: Type.Integer(),
  destinationIp: Type.String(),
  destinationPort: Type.Integer(),
  callId: Type.String({ description: 'Call-ID of SIP; of other payload types the correlation id.' }),
  method: Type.String({ description: 'Request method; of a response, the CSeq method; empty when not SIP.' }),
  responseCode: Type.Integer({ description: '0 for a request.' }),
  reasonPhrase: Type.String(),
  cseq: Type.Integer(),
  fromUser: Type.String(),
  fromHost: Type.String(),
  fromTag: Type.String(),
  toUser: Type.String(),
  toHost: Type.String(),
  toTag: Type.String(),
  requestUser: Type.String(),
  requestHost: Type.String(),
  assertedUser: Type.String(),
  diversionUser: Type.String(),
  userAgent: Type.String(),
  correlationId: Type.String({ description: 'HEP correlation id when it is not the Call-ID itself.' }),
  defects: Type.Array(TextEnum([...DEFECTS])),
  size: Type.Integer({ description: 'Payload length in bytes.' }),
};

const SdpMedia = Type.Object({
  type: Type.String(),
  port: Type.Integer(),
  address: Type.String(),
  protocol: Type.String(),
  codecs: Type.Array(Type.String()),
  direction: TextEnum(['sendrecv', 'sendonly', 'recvonly', 'inactive']),
});
const SdpOrNull = Type.Union([Type.Object({ origin: Type.String(), media: Type.Array(SdpMedia) }), Type.Null()]);

const Observation = Type.Object({
  node: Type.String({ description: 'Node or agent that saw it.' }),
  senderIp: Type.String({ description: 'Address that the agent sent its copy from.' }),
  timestampUs: Microseconds('When it saw the packet, by its own clock.'),
});

export const MessageSummarySchema = Type.Object(summaryProperties, { $id: 'MessageSummary' });

export const CallMessageSchema = Type.Object(
  {
    ...summaryProperties,
    text: Type.String({ description: 'Payload as UTF-8, invalid sequences replaced.' }),
    viaBranch: Type.String(),
    sdp: SdpOrNull,
    alsoSeenBy: Type.Optional(
      Type.Array(Observation, { description: 'Other agents that saw the packet; absent when there are none.' }),
    ),
  },
  { $id: 'CallMessage' },
);

export const MessageResponseSchema = Type.Object(
  {
    message: Type.Object(summaryProperties),
    payloadBase64: Type.String({ description: 'The exact bytes.' }),
    text: Type.String(),
    startLine: Type.String(),
    headers: Type.Array(Type.Object({ name: Type.String(), canonicalName: Type.String(), value: Type.String() }), {
      description: 'In the order of the message; name as written, value unfolded.',
    }),
    body: Type.String(),
    sdp: SdpOrNull,
    alsoSeenBy: Type.Array(Observation, { description: 'Other agents that saw the packet: copies are stored once.' }),
  },
  { $id: 'MessageResponse' },
);
