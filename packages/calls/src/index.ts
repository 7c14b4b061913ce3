export { completeCallRecord } from './complete-call-record.ts';
export { foldMessage, SIP_PAYLOAD_TYPE } from './fold-message.ts';
export { CALL_METHODS, isCall } from './is-call.ts';
export { mergeCallRecords } from './merge-call-records.ts';
export { BUSY_CODES, NO_ANSWER_CODES, outcomeOf, REJECTED_CODES } from './outcome-of.ts';
export type { CallFacts, CallIdentity, FinalResponse, RawCallRecord, TimedText } from './raw-call-record.ts';
export { CALL_SET_LIMIT } from './raw-call-record.ts';
