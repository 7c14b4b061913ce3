/**
 * Methods whose messages are folded into call records: those that only an INVITE's dialog has, and those that are common within one.
 * REGISTER, OPTIONS, SUBSCRIBE and PUBLISH are left out: nearly all of them belong to no call, and folding them would keep a record for each keep-alive.
 */
export const FOLDED_METHODS: readonly string[] = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'PRACK',
  'UPDATE',
  'INFO',
  'REFER',
  'NOTIFY',
  'MESSAGE',
];
