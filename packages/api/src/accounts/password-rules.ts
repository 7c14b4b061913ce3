import { randomInt } from 'node:crypto';
import { ApiError } from '../api-error.ts';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_BYTES = 1024;

/**
 * Length only: rules on composition make passwords worse (NIST SP 800-63B section 5.1.1.2).
 * @throws ApiError `password_rules`
 */
export function checkPassword(password: string, username: string): void {
  if ([...password].length < MIN_PASSWORD_LENGTH) {
    throw new ApiError('password_rules', `The password must have ${MIN_PASSWORD_LENGTH} characters or more.`);
  }
  if (Buffer.byteLength(password, 'utf8') > MAX_PASSWORD_BYTES) {
    throw new ApiError('password_rules', `The password may have ${MAX_PASSWORD_BYTES} bytes at most.`);
  }
  if (password.toLowerCase() === username.toLowerCase()) {
    throw new ApiError('password_rules', 'The password must not be the user name.');
  }
}

/** Without letters and digits that look alike in a terminal's font. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Five groups of four characters: 20 × log2(56) = 116 bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: 5 }, group).join('-');
}
