import { StoreError } from '@calliope/model';
import type { EngineFault } from './engine-protocol.ts';

/** Error codes of ClickHouse (src/Common/ErrorCodes.cpp). */
const TIME = [159, 160]; // TIMEOUT_EXCEEDED, TOO_SLOW
const MEMORY = [241, 173]; // MEMORY_LIMIT_EXCEEDED, CANNOT_ALLOCATE_MEMORY
const AMOUNT = [158, 396, 307, 191]; // TOO_MANY_ROWS, TOO_MANY_ROWS_OR_BYTES, TOO_MANY_BYTES, SET_SIZE_LIMIT_EXCEEDED
const ASKED_WRONG = [427, 62, 167, 168, 306]; // CANNOT_COMPILE_REGEXP, SYNTAX_ERROR, TOO_DEEP_AST, TOO_BIG_AST, TOO_DEEP_RECURSION
/** Of an insert: there is something in its rows that cannot be read, or that the table refuses. */
const IN_THE_ROWS = [
  6, // CANNOT_PARSE_TEXT
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  36, // BAD_ARGUMENTS
  41, // CANNOT_PARSE_DATETIME
  43, // ILLEGAL_TYPE_OF_ARGUMENT
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  117, // INCORRECT_DATA
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  261, // UNKNOWN_BLOCK_INFO_FIELD
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
  469, // VIOLATED_CONSTRAINT
  691, // UNKNOWN_ELEMENT_OF_ENUM
];
/** Nothing is wrong with what was asked but the moment. */
const IN_THE_WORLD = [
  0, // none of ClickHouse's: the file system's, or the process is ending
  ...TIME,
  60, // UNKNOWN_TABLE: it is being made
  81, // UNKNOWN_DATABASE
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  77, // CANNOT_CLOSE_FILE
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  236, // ABORTED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  394, // QUERY_WAS_CANCELLED
  473, // DEADLOCK_AVOIDED
  1001, // STD_EXCEPTION, of the file system above all
];
/** Of a query: the same, but that its tables are there. */
const OF_THE_MOMENT = IN_THE_WORLD.filter((code) => code !== 60 && code !== 81);
const NO_SPACE = /No space left on device|not enough space/i;

/** What a failed query means to whoever asked it. */
export function queryError(fault: EngineFault): StoreError {
  const { clickhouseCode: code, message } = fault;
  if (TIME.includes(code))
    return storeError('query_timeout', 'The search took too long and was given up.', true, message);
  if (MEMORY.includes(code))
    return storeError('query_memory', 'The search needs more memory than it may use.', true, message);
  if (AMOUNT.includes(code)) return storeError('query_memory', 'The search looks at more than it may.', false, message);
  if (ASKED_WRONG.includes(code)) return storeError('query_invalid', plain(message), false, message);
  if (NO_SPACE.test(message) || OF_THE_MOMENT.includes(code))
    return storeError('unavailable', plain(message), true, message);
  return storeError('internal', plain(message), false, message);
}

/**
 * What a failed insert means for its batches: `batch_corrupt`, not retryable, when it lies in their rows; `query_memory` when it was too large for the moment, or
 * is too large; `unavailable` when it lies in the world; `internal`, retryable, when that cannot be told.
 */
export function insertError(fault: EngineFault): StoreError {
  const { clickhouseCode: code, message, corrupt } = fault;
  const text = plain(message);
  if (NO_SPACE.test(message)) return storeError('unavailable', text, true, message);
  if (corrupt || IN_THE_ROWS.includes(code)) return storeError('batch_corrupt', text, false, message);
  if (MEMORY.includes(code)) return storeError('query_memory', text, true, message);
  if (IN_THE_WORLD.includes(code)) return storeError('unavailable', text, true, message);
  return storeError('internal', text, true, message);
}

/** The engine's sentence without its C++ class and stack. */
function plain(message: string): string {
  return message
    .replace(/^.*?DB::Exception:\s*/s, '')
    .split('\n')[0]!
    .slice(0, 500);
}

function storeError(code: StoreError['code'], text: string, retryable: boolean, cause: string): StoreError {
  return new StoreError(code, text, { retryable, cause });
}
