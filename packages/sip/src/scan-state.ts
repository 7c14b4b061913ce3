import { defectBit, Field } from '@calliope/model';

/** Index in {@link MessageFields.at} of a field's start offset; its end is one behind. */
export const Slot = {
  CALL_ID: 2 * Field.CALL_ID,
  METHOD: 2 * Field.METHOD,
  REASON_PHRASE: 2 * Field.REASON_PHRASE,
  FROM_USER: 2 * Field.FROM_USER,
  FROM_HOST: 2 * Field.FROM_HOST,
  FROM_TAG: 2 * Field.FROM_TAG,
  TO_USER: 2 * Field.TO_USER,
  TO_HOST: 2 * Field.TO_HOST,
  TO_TAG: 2 * Field.TO_TAG,
  REQUEST_USER: 2 * Field.REQUEST_USER,
  REQUEST_HOST: 2 * Field.REQUEST_HOST,
  ASSERTED_USER: 2 * Field.ASSERTED_USER,
  DIVERSION_USER: 2 * Field.DIVERSION_USER,
  USER_AGENT: 2 * Field.USER_AGENT,
  VIA_BRANCH: 2 * Field.VIA_BRANCH,
  VIA_TRANSPORT: 2 * Field.VIA_TRANSPORT,
  CONTENT_TYPE: 2 * Field.CONTENT_TYPE,
  BODY: 2 * Field.BODY,
} as const;

/** The bits of {@link DEFECTS}. */
export const DefectBit = {
  NOT_SIP: defectBit('not_sip'),
  BAD_START_LINE: defectBit('bad_start_line'),
  BAD_VERSION: defectBit('bad_version'),
  BAD_STATUS_CODE: defectBit('bad_status_code'),
  BAD_HEADER_LINE: defectBit('bad_header_line'),
  MISSING_CALL_ID: defectBit('missing_call_id'),
  MISSING_CSEQ: defectBit('missing_cseq'),
  MISSING_FROM: defectBit('missing_from'),
  MISSING_TO: defectBit('missing_to'),
  MISSING_VIA: defectBit('missing_via'),
  BAD_CSEQ: defectBit('bad_cseq'),
  CSEQ_METHOD_MISMATCH: defectBit('cseq_method_mismatch'),
  BAD_FROM: defectBit('bad_from'),
  BAD_TO: defectBit('bad_to'),
  BAD_REQUEST_URI: defectBit('bad_request_uri'),
  BAD_CONTACT: defectBit('bad_contact'),
  BAD_VIA: defectBit('bad_via'),
  BAD_CONTENT_LENGTH: defectBit('bad_content_length'),
  BODY_SHORTER: defectBit('body_shorter_than_content_length'),
  BODY_LONGER: defectBit('body_longer_than_content_length'),
  NO_END_OF_HEADERS: defectBit('no_end_of_headers'),
  DUPLICATE_SINGLE_HEADER: defectBit('duplicate_single_header'),
  BAD_NUMBER_VALUE: defectBit('bad_number_value'),
  BAD_DATE: defectBit('bad_date'),
  UNBALANCED_QUOTES: defectBit('unbalanced_quotes'),
  TRUNCATED: defectBit('truncated'),
  TOO_MANY_HEADERS: defectBit('too_many_headers'),
  CONTROL_CHARACTERS: defectBit('control_characters'),
  UNKNOWN_SCHEME: defectBit('unknown_scheme'),
  BAD_TIMESTAMP: defectBit('bad_timestamp'),
} as const;

/** What one scan carries from header to header; reset at its start. One object for all, so that scanning allocates nothing. */
export const state = {
  defects: 0,
  /** Value of Content-Length: -1 absent, -2 of no use. */
  contentLength: -1,
  /** Rank of what ASSERTED_USER was taken from: 3 P-Asserted-Identity, 2 P-Preferred-Identity, 1 Remote-Party-ID, 0 nothing. */
  assertedRank: 0,
  hasUserAgent: false,
  hasDiversion: false,
  /** Users of the last History-Info entry and of the one before it, and how many entries there were. */
  historyEntries: 0,
  historyLastStart: 0,
  historyLastEnd: 0,
  historyBeforeStart: 0,
  historyBeforeEnd: 0,
};

export function resetState(): void {
  state.defects = 0;
  state.contentLength = -1;
  state.assertedRank = 0;
  state.hasUserAgent = false;
  state.hasDiversion = false;
  state.historyEntries = 0;
  state.historyLastStart = 0;
  state.historyLastEnd = 0;
  state.historyBeforeStart = 0;
  state.historyBeforeEnd = 0;
}
