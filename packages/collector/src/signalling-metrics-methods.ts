/** Methods that are counted by name: RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903, 6086. All others are `other`, as anybody can send any. */
export const SIGNALLING_METHODS = [
  'other',
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
] as const;

export const INVITE_METHOD = SIGNALLING_METHODS.indexOf('INVITE');
export const REGISTER_METHOD = SIGNALLING_METHODS.indexOf('REGISTER');

const LONGEST = 9;
/** By length and first letter, of which each method has a pair of its own: index into the methods. */
const candidates = new Uint8Array((LONGEST + 1) * 32);
const letters = SIGNALLING_METHODS.map((name) => new TextEncoder().encode(name));
for (let i = 1; i < letters.length; i++) {
  const name = letters[i]!;
  candidates[name.length * 32 + (name[0]! & 31)] = i;
}

/** Index in {@link SIGNALLING_METHODS} of the method in `bytes[start, end)`; methods are case-sensitive (RFC 3261 section 7.1). */
export function signallingMethod(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 3 || length > LONGEST) return 0;
  const candidate = candidates[length * 32 + (bytes[start]! & 31)]!;
  const name = letters[candidate]!;
  if (candidate === 0) return 0;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== name[i]) return 0;
  return candidate;
}
