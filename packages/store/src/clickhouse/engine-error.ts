import { StoreError } from '@calliope/model';
import type { EngineFault } from './engine-protocol.ts';

/** Error codes of ClickHouse (src/Common/ErrorCodes.cpp). */
const TIME = [159, 160]; // TIMEOUT_EXCEEDED, TOO_SLOW
const MEMORY = [241, 173]; // MEMORY_LIMIT_EXCEEDED, CANNOT_ALLOCATE_MEMORY
const AMOUNT = [158, 396, 307, 191]; // TOO_MANY_ROWS, TOO_MANY_ROWS_OR_BYTES, TOO_MANY_BYTES, SET_SIZE_LIMIT_EXCEEDED
const ASKED_WRONG = [427, 62, 167, 168, 306]; // CANNOT_COMPILE_REGEXP, SYNTAX_ERROR, TOO_DEEP_AST, TOO_BIG_AST, TOO_DEEP_RECURSION
const UNREADABLE = [
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  117, // INCORRECT_DATA
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  691, // UNKNOWN_ELEMENT_OF_ENUM
];

/** What a failed query means to whoever asked it. */
export function queryError(fault: EngineFault): StoreError {
  const { clickhouseCode: code, message } = fault;
  if (TIME.includes(code))
    return storeError('query_timeout', 'The search took too long and was given up.', true, message);
  if (MEMORY.includes(code))
    return storeError('query_memory', 'The search needs more memory than it may use.', true, message);
  if (AMOUNT.includes(code)) return storeError('query_memory', 'The search looks at more than it may.', false, message);
  if (ASKED_WRONG.includes(code)) return storeError('query_invalid', plain(message), false, message);
  return storeError('internal', plain(message), false, message);
}

/** What a failed insert means for its batch: corrupt for good, or worth trying again. */
export function insertError(fault: EngineFault): StoreError {
  const { clickhouseCode: code, message, corrupt } = fault;
  if (corrupt || UNREADABLE.includes(code)) return storeError('batch_corrupt', plain(message), false, message);
  return storeError('unavailable', plain(message), true, message);
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
