/** How a typed number is compared: anywhere, at the start, at the end, or in whole. */
export const NUMBER_MODES = ['contains', 'starts', 'ends', 'exact'] as const;
export type NumberMode = (typeof NUMBER_MODES)[number];

/**
 * The search form. Every field may be left out or empty, and all that are filled in must hold. Texts are as typed: `*` and `?` are wildcards
 * (in a number they replace the mode), `\` makes them literal.
 */
export interface SearchForm {
  /** Either side. Without a mode it is what the search bar makes of a number: whole with a prefix, else the end. */
  number?: string;
  numberMode?: NumberMode;
  /** Without a mode: ends with. */
  aNumber?: string;
  aNumberMode?: NumberMode;
  bNumber?: string;
  bNumberMode?: NumberMode;
  callId?: string;
  fromTag?: string;
  toTag?: string;
  methods?: string[];
  /** `486`, `4xx`, `>=500`, `400..499`, `!=200`, or several with commas. */
  responseCode?: string;
  /** Anywhere in User-Agent or Server, unless it has wildcards or begins with `=`, which asks for the whole value. */
  userAgent?: string;
  /** Address or network, or several with commas; also the two below. */
  sourceIp?: string;
  destinationIp?: string;
  /** Either side. */
  ip?: string;
  /** As `responseCode`, without classes; also the two below. */
  sourcePort?: string;
  destinationPort?: string;
  /** Either side. */
  port?: string;
  transport?: string[];
  ipVersion?: '4' | '6' | '';
  node?: string;
  /** Anywhere in the message. */
  text?: string;
  /** Names of fields above that must not hold. */
  not?: SearchFormField[];
}

export const SEARCH_FORM_FIELDS = [
  'number',
  'aNumber',
  'bNumber',
  'callId',
  'fromTag',
  'toTag',
  'methods',
  'responseCode',
  'userAgent',
  'sourceIp',
  'destinationIp',
  'ip',
  'sourcePort',
  'destinationPort',
  'port',
  'transport',
  'ipVersion',
  'node',
  'text',
] as const;
export type SearchFormField = (typeof SEARCH_FORM_FIELDS)[number];

/** The field of the language behind a field of the form. */
export const QUERY_FIELD: Record<SearchFormField, string> = {
  number: 'number',
  aNumber: 'a',
  bNumber: 'b',
  callId: 'call_id',
  fromTag: 'from_tag',
  toTag: 'to_tag',
  methods: 'method',
  responseCode: 'code',
  userAgent: 'ua',
  sourceIp: 'src',
  destinationIp: 'dst',
  ip: 'ip',
  sourcePort: 'sport',
  destinationPort: 'dport',
  port: 'port',
  transport: 'transport',
  ipVersion: 'ipv',
  node: 'node',
  text: 'text',
};

/** Fields of the form whose text may have an operator before it and commas in it. */
export const LIST_TEXT_FIELDS: ReadonlySet<SearchFormField> = new Set([
  'responseCode',
  'sourceIp',
  'destinationIp',
  'ip',
  'sourcePort',
  'destinationPort',
  'port',
]);
export const ORDERED_FIELDS: ReadonlySet<SearchFormField> = new Set([
  'responseCode',
  'sourcePort',
  'destinationPort',
  'port',
]);
