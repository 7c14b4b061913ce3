import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../api-error.ts';

/** Cost of argon2id. `memoryKib` in KiB. */
export interface PasswordCost {
  memoryKib: number;
  passes: number;
  parallelism: number;
}

/**
 * The second recommended option of RFC 9106 section 4 (for where 2 GiB a login are too much): t=3, p=4, 64 MiB, a salt of 128 and a tag of 256 bits.
 * That is above the least that OWASP's Password Storage Cheat Sheet asks for (19 MiB, t=2, p=1).
 */
export const DEFAULT_PASSWORD_COST: PasswordCost = { memoryKib: 65536, passes: 3, parallelism: 4 };

const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** A hash takes 64 MiB and a thread of the pool that files need too, so few at a time and a short queue. */
const MAX_RUNNING = 2;
const MAX_WAITING = 32;

export interface PasswordHasher {
  /** @returns a PHC string, e.g. `$argon2id$v=19$m=65536,t=3,p=4$salt$tag` */
  hash(password: string): Promise<string>;
  /** Does the same work for a missing hash, so that the time does not tell whether a user exists. */
  verify(password: string, phc: string | undefined): Promise<boolean>;
  /** Whether `phc` was made at another cost than today's. */
  isOutdated(phc: string): boolean;
}

/** All functions throw {@link ApiError} `busy` when too many hashes are waiting. */
export function createPasswordHasher(cost: PasswordCost = DEFAULT_PASSWORD_COST): PasswordHasher {
  const decoy = formatPhc(cost, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
  const waiting: (() => void)[] = [];
  let running = 0;

  const derive = async (password: string, salt: Uint8Array, tagBytes: number, at: PasswordCost): Promise<Buffer> => {
    if (running >= MAX_RUNNING) {
      if (waiting.length >= MAX_WAITING) throw new ApiError('busy', undefined, { retryAfterSeconds: 5 });
      await new Promise<void>((resume) => waiting.push(resume));
    } else {
      running++;
    }
    try {
      return await argon2id({
        // RFC 8265 section 4.2.2: the same password typed on another keyboard gives the same bytes.
        message: Buffer.from(password.normalize('NFC'), 'utf8'),
        nonce: salt,
        parallelism: at.parallelism,
        tagLength: tagBytes,
        memory: at.memoryKib,
        passes: at.passes,
      });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return formatPhc(cost, salt, await derive(password, salt, TAG_BYTES, cost));
    },
    async verify(password, phc) {
      const parsed = parsePhc(phc ?? decoy) ?? parsePhc(decoy)!;
      const tag = await derive(password, parsed.salt, parsed.tag.length, parsed.cost);
      return timingSafeEqual(tag, parsed.tag) && phc !== undefined;
    },
    isOutdated(phc) {
      return !phc.startsWith(phcPrefix(cost));
    },
  };
}

function argon2id(parameters: Argon2Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag)));
  });
}

function phcPrefix(cost: PasswordCost): string {
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$`;
}

function formatPhc(cost: PasswordCost, salt: Uint8Array, tag: Uint8Array): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  return `${phcPrefix(cost)}${base64(salt)}$${base64(tag)}`;
}

function parsePhc(phc: string): { cost: PasswordCost; salt: Buffer; tag: Buffer } | undefined {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(phc);
  if (!match) return undefined;
  return {
    cost: { memoryKib: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) },
    salt: Buffer.from(match[4]!, 'base64'),
    tag: Buffer.from(match[5]!, 'base64'),
  };
}
