import type { CallRecord } from '@calliope/model';

/** Methods that only an INVITE's transaction or dialog has: one of them makes a Call-ID a call, also when its INVITE was not seen. */
export const CALL_METHODS: readonly string[] = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE'];

/** Whether a record is a call, and not a registration, subscription, keep-alive or a lone report of another protocol. */
export function isCall(record: Pick<CallRecord, 'methods'>): boolean {
  return record.methods.some((method) => CALL_METHODS.includes(method));
}
