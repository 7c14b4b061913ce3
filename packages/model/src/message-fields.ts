/**
 * The fields that are found in a SIP message in place, without an object a header: slot i of {@link MessageFields.at}
 * holds the start (2i) and end (2i+1) offsets of the field's bytes in {@link MessageFields.bytes}; equal offsets mean absent.
 * Values are as on the wire (no unescaping, quotes and white space at the ends removed).
 */
export const Field = {
  CALL_ID: 0,
  /** Request method; of a response, the CSeq method. */
  METHOD: 1,
  /** Reason phrase of a response. */
  REASON_PHRASE: 2,
  FROM_USER: 3,
  FROM_HOST: 4,
  FROM_TAG: 5,
  TO_USER: 6,
  TO_HOST: 7,
  TO_TAG: 8,
  /** User and host of the request-URI. For tel: URIs the number is the user. */
  REQUEST_USER: 9,
  REQUEST_HOST: 10,
  /** User of the first P-Asserted-Identity that has one (sip or tel), else of P-Preferred-Identity, else of Remote-Party-ID. */
  ASSERTED_USER: 11,
  /** User of the first Diversion value, else of the last History-Info entry before the current target when there are two or more. */
  DIVERSION_USER: 12,
  /** User-Agent, else Server. */
  USER_AGENT: 13,
  /** Top Via: branch parameter and transport. */
  VIA_BRANCH: 14,
  VIA_TRANSPORT: 15,
  CONTENT_TYPE: 16,
  /** Body after the empty line, bounded by Content-Length when that is sane. */
  BODY: 17,
} as const;

export const FIELD_COUNT = 18;

export interface MessageFields {
  bytes: Uint8Array;
  /** 2 × {@link FIELD_COUNT} offsets. */
  at: Int32Array;
  /** Status code 100..699 (or what three digits said); 0 for a request and for what is not SIP. */
  responseCode: number;
  /** CSeq number, 0..2^31-1; 0 when absent or bad. */
  cseq: number;
  /** Bit i set: defect i of {@link DEFECTS} was found. */
  defects: number;
}

/** Fields with every slot absent. */
export function emptyFields(): MessageFields {
  return { bytes: new Uint8Array(0), at: new Int32Array(2 * FIELD_COUNT), responseCode: 0, cseq: 0, defects: 0 };
}

/**
 * What can be wrong with a message. The index is the bit in {@link MessageFields.defects} and in the database: only append.
 * At most 31 entries.
 */
export const DEFECTS = [
  'not_sip',
  'bad_start_line',
  'bad_version',
  'bad_status_code',
  'bad_header_line',
  'missing_call_id',
  'missing_cseq',
  'missing_from',
  'missing_to',
  'missing_via',
  'bad_cseq',
  'cseq_method_mismatch',
  'bad_from',
  'bad_to',
  'bad_request_uri',
  'bad_contact',
  'bad_via',
  'bad_content_length',
  'body_shorter_than_content_length',
  'body_longer_than_content_length',
  'no_end_of_headers',
  'duplicate_single_header',
  'bad_number_value',
  'bad_date',
  'unbalanced_quotes',
  'truncated',
  'too_many_headers',
  'control_characters',
  'unknown_scheme',
  'bad_timestamp',
] as const;

export type Defect = (typeof DEFECTS)[number];

/** The names of the set bits of a defect mask, in order. */
export function defectNames(mask: number): Defect[] {
  return DEFECTS.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/** The bit of a defect. */
export function defectBit(defect: Defect): number {
  return 1 << DEFECTS.indexOf(defect);
}
