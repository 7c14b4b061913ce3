import { DEFECTS, OUTCOMES, TRANSPORTS } from '@calliope/model';
import type { Operator } from './query-ast.ts';

export type FieldType =
  /** Telephone number or user: prefixes +49, 0049 and 0 are one subscriber. */
  | 'number'
  /** Whole value, with wildcards. */
  | 'text'
  /** Text anywhere inside, with wildcards. */
  | 'payload'
  | 'method'
  | 'integer'
  /** Integer that also takes classes (`4xx`); absent as 0. */
  | 'code'
  | 'address'
  | 'keyword'
  | 'boolean'
  | 'duration'
  | 'time';

export type View = 'messages' | 'calls';

export interface SearchField {
  name: string;
  aliases: readonly string[];
  description: string;
  type: FieldType;
  operators: readonly Operator[];
  /** Values as they can be typed after an operator, quoted where they must be. */
  examples: readonly string[];
  /** Where it can be used. */
  views: readonly View[];
  /** In the view of calls: `call` is of the call itself, `message` of some message of the call. */
  inCalls: 'call' | 'message';
  /** For keywords and for typeahead: all or the usual values. */
  values?: readonly string[];
  /** Inclusive bounds of an integer. */
  minimum?: number;
  maximum?: number;
  /** Letter case of a text is ignored (ASCII only). */
  ignoreCase?: boolean;
}

/** RFC 3261 and its extensions in the IANA registry of methods. */
export const METHODS = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'REGISTER',
  'OPTIONS',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'MESSAGE',
  'INFO',
  'PRACK',
  'UPDATE',
  'REFER',
] as const;

const TEXT_OPERATORS: readonly Operator[] = ['=', '!=', '==', '~', '!~', 'in', 'exists'];
const OPERATORS_OF: Record<FieldType, readonly Operator[]> = {
  number: TEXT_OPERATORS,
  text: TEXT_OPERATORS,
  method: TEXT_OPERATORS,
  payload: ['=', '!=', '==', '~', '!~', 'in'],
  integer: ['=', '!=', '<', '<=', '>', '>=', 'in', '=='],
  code: ['=', '!=', '<', '<=', '>', '>=', 'in', 'exists', '=='],
  address: ['=', '!=', 'in', '=='],
  keyword: ['=', '!=', 'in', '=='],
  boolean: ['=', '!=', '=='],
  duration: ['=', '!=', '<', '<=', '>', '>=', 'in', 'exists', '=='],
  time: ['=', '!=', '<', '<=', '>', '>=', 'in', '=='],
};

type Options = Partial<Pick<SearchField, 'values' | 'minimum' | 'maximum' | 'ignoreCase' | 'operators'>>;
type Where = 'call' | 'message' | 'calls only';

/** One row of the table. `where` is what the field is of in the view of calls, or says that only calls have it. */
function field(
  name: string,
  aliases: string[],
  type: FieldType,
  where: Where,
  examples: string[],
  description: string,
  options: Options = {},
): SearchField {
  const views: View[] = where === 'calls only' ? ['calls'] : ['messages', 'calls'];
  const inCalls = where === 'message' ? 'message' : 'call';
  return { name, aliases, description, type, operators: OPERATORS_OF[type], examples, views, inCalls, ...options };
}

const CASELESS = { ignoreCase: true };
const PORT = { minimum: 0, maximum: 65535 };

/** Every field of the language, in the order in which they are offered. */
export const FIELDS: readonly SearchField[] = [
  field('number', ['user'], 'number', 'call', ['7654321', '+4930123456', '*4321'], 'Number or user on either side'),
  field('a', ['a_number', 'caller'], 'number', 'call', ['+4930123456', '*4321'], 'Caller: From or asserted user'),
  field('b', ['b_number', 'callee'], 'number', 'call', ['030123456', '0301*'], 'Callee: To or request-URI user'),
  field('call_id', ['callid', 'cid'], 'text', 'call', ['abc123@10.0.0.1', 'abc*'], 'Call-ID'),
  field('method', [], 'method', 'call', ['INVITE'], 'Method, of requests and of their responses', { values: METHODS }),
  field(
    'code',
    ['status', 'response_code'],
    'code',
    'call',
    ['486', '4xx', '400..499'],
    'Response code (final, of a call)',
    {
      minimum: 0,
      maximum: 999,
      values: [
        '1xx',
        '2xx',
        '3xx',
        '4xx',
        '5xx',
        '6xx',
        '180',
        '183',
        '200',
        '401',
        '403',
        '404',
        '407',
        '408',
        '480',
      ].concat(['486', '487', '488', '500', '503', '603']),
    },
  ),
  field(
    'reason',
    ['reason_phrase'],
    'text',
    'call',
    ['"Busy Here"', 'busy*'],
    'Reason phrase of the response',
    CASELESS,
  ),
  field('outcome', [], 'keyword', 'calls only', ['failed', 'no_answer'], 'How the call ended', { values: OUTCOMES }),
  field(
    'duration',
    [],
    'duration',
    'calls only',
    ['5s', '2m30s'],
    'Time from answer to end; seconds unless a unit says otherwise',
  ),
  field('pdd', [], 'duration', 'calls only', ['300ms', '3s'], 'Post-dial delay; seconds unless a unit says otherwise'),
  field('messages', ['message_count'], 'integer', 'calls only', ['100'], 'Number of messages of the call', {
    minimum: 0,
  }),
  field(
    'time',
    ['timestamp'],
    'time',
    'call',
    ['"2026-11-22 13:00"', 'now-15m'],
    'Time of the message; first INVITE of a call',
  ),
  field('src', ['src_ip', 'source', 'source_ip'], 'address', 'call', ['10.0.0.1', '10.0.0.0/8'], 'Source address'),
  field(
    'dst',
    ['dst_ip', 'destination', 'destination_ip'],
    'address',
    'call',
    ['10.0.0.1', '2001:db8::/32'],
    'Destination address',
  ),
  field('ip', ['address', 'addr'], 'address', 'call', ['10.0.0.1', '10.0.0.0/8'], 'Source or destination address'),
  field('sport', ['src_port', 'source_port'], 'integer', 'message', ['5060'], 'Source port', PORT),
  field('dport', ['dst_port', 'destination_port'], 'integer', 'message', ['5060'], 'Destination port', PORT),
  field('port', [], 'integer', 'message', ['5060', '5060..5090'], 'Source or destination port', PORT),
  field('transport', ['proto', 'protocol'], 'keyword', 'message', ['udp', 'tls'], 'Transport', { values: TRANSPORTS }),
  field('ipv', ['ip_version'], 'integer', 'message', ['4', '6'], 'IP version', {
    minimum: 4,
    maximum: 6,
    values: ['4', '6'],
  }),
  field(
    'ua',
    ['user_agent', 'useragent', 'server'],
    'text',
    'call',
    ['*FreeSWITCH*'],
    'User-Agent or Server',
    CASELESS,
  ),
  field('node', ['capture_node', 'agent'], 'text', 'call', ['node-1'], 'Capture node', CASELESS),
  field('from_user', ['from'], 'text', 'call', ['alice'], 'User of From, as it is on the wire'),
  field('from_host', ['from_domain'], 'text', 'call', ['example.com'], 'Host of From', CASELESS),
  field('to_user', ['to'], 'text', 'call', ['bob'], 'User of To, as it is on the wire'),
  field('to_host', ['to_domain'], 'text', 'call', ['example.com'], 'Host of To', CASELESS),
  field(
    'request_user',
    ['ruri_user', 'ruri'],
    'text',
    'call',
    ['bob'],
    'User of the request-URI, as it is on the wire',
  ),
  field(
    'request_host',
    ['ruri_host', 'ruri_domain'],
    'text',
    'message',
    ['example.com'],
    'Host of the request-URI',
    CASELESS,
  ),
  field(
    'host',
    ['domain'],
    'text',
    'call',
    ['example.com'],
    'Host of From, To or (messages) the request-URI',
    CASELESS,
  ),
  field(
    'asserted',
    ['pai', 'asserted_user'],
    'text',
    'call',
    ['+4930123456'],
    'User of P-Asserted-Identity, as it is on the wire',
  ),
  field('diversion', ['diversion_user'], 'text', 'message', ['+4930123456'], 'User of Diversion, as it is on the wire'),
  field('from_tag', ['ftag'], 'text', 'message', ['as6b2f'], 'Tag of From'),
  field('to_tag', ['ttag'], 'text', 'message', ['as6b2f'], 'Tag of To'),
  field('tag', [], 'text', 'message', ['as6b2f'], 'Tag of From or To'),
  field('request', ['is_request'], 'boolean', 'message', ['true'], 'Is a request (true) or a response (false)', {
    values: ['true', 'false'],
  }),
  field('cseq', [], 'integer', 'message', ['1'], 'CSeq number', { minimum: 0, maximum: 2147483647 }),
  field('text', ['payload', 'body'], 'payload', 'message', ['"X-CID: 42"'], 'Text anywhere in the message', CASELESS),
  field('type', ['payload_type'], 'integer', 'message', ['sip', 'rtcp'], 'Payload type (HEP protocol type)', {
    minimum: 0,
    maximum: 255,
    values: ['sip', 'rtcp', 'log'],
  }),
  field('size', ['length'], 'integer', 'message', ['1500'], 'Length of the message in bytes', { minimum: 0 }),
  field('defect', ['defects'], 'keyword', 'message', ['missing_via', 'bad_*'], 'What is wrong with the message', {
    values: DEFECTS,
    operators: ['=', '!=', 'in', 'exists', '=='],
  }),
  field('correlation_id', ['correlation', 'corr_id'], 'text', 'message', ['abc123'], 'HEP correlation id'),
];

const BY_NAME = new Map<string, SearchField>(
  FIELDS.flatMap((one) => [one.name, ...one.aliases].map((name) => [name, one])),
);

/** The field of a name or alias in any case, `-` taken for `_`. */
export function findField(name: string): SearchField | undefined {
  return BY_NAME.get(name.toLowerCase().replaceAll('-', '_'));
}

/** All names and aliases of the fields of a view. */
export function fieldNames(of: View): string[] {
  return FIELDS.filter((one) => one.views.includes(of)).flatMap((one) => [one.name, ...one.aliases]);
}
