import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@calliope/model';

const MINUTE_US = 60_000_000;
/** A session ends this long after its last request, and this long after its login whatever happens. */
export const SESSION_IDLE_US = 12 * 60 * MINUTE_US;
export const SESSION_ABSOLUTE_US = 7 * 24 * 60 * MINUTE_US;
/** More logins of one user than this end the session that was idle the longest. */
export const MAX_SESSIONS_OF_USER = 32;

/** Sessions of browsers. The secret is 256 random bits as base64url; only its SHA-256 is stored. */
export interface Sessions {
  createSession(username: string): string;
  /** The user name, while the session is alive; this counts as a use. */
  sessionUser(secret: string): string | undefined;
  endSession(secret: string): void;
  endSessionsOf(username: string): void;
}

export function createSessions(database: DatabaseSync, clock: Clock): Sessions {
  const insert = database.prepare(
    'INSERT INTO sessions (secret_hash, username, created_us, last_used_us) VALUES (?, ?, ?, ?)',
  );
  const select = database.prepare('SELECT username, created_us, last_used_us FROM sessions WHERE secret_hash = ?');
  const touch = database.prepare('UPDATE sessions SET last_used_us = ? WHERE secret_hash = ?');
  const remove = database.prepare('DELETE FROM sessions WHERE secret_hash = ?');
  const removeOf = database.prepare('DELETE FROM sessions WHERE username = ?');
  const removeExpired = database.prepare('DELETE FROM sessions WHERE last_used_us <= ? OR created_us <= ?');
  const removeSurplus = database.prepare(
    'DELETE FROM sessions WHERE secret_hash IN (SELECT secret_hash FROM sessions WHERE username = ? ORDER BY last_used_us DESC LIMIT -1 OFFSET ?)',
  );

  return {
    createSession(username) {
      const nowUs = clock.nowUs();
      removeExpired.run(nowUs - SESSION_IDLE_US, nowUs - SESSION_ABSOLUTE_US);
      const secret = randomBytes(32).toString('base64url');
      insert.run(hashSecret(secret), username, nowUs, nowUs);
      removeSurplus.run(username, MAX_SESSIONS_OF_USER);
      return secret;
    },
    sessionUser(secret) {
      const hash = hashSecret(secret);
      const row = select.get(hash);
      if (!row) return undefined;
      const nowUs = clock.nowUs();
      const lastUsedUs = row.last_used_us as number;
      if (nowUs - lastUsedUs >= SESSION_IDLE_US || nowUs - (row.created_us as number) >= SESSION_ABSOLUTE_US) {
        remove.run(hash);
        return undefined;
      }
      // Once a minute is exact enough, and spares a write for each request.
      if (nowUs - lastUsedUs >= MINUTE_US) touch.run(nowUs, hash);
      return row.username as string;
    },
    endSession(secret) {
      remove.run(hashSecret(secret));
    },
    endSessionsOf(username) {
      removeOf.run(username);
    },
  };
}

/** SHA-256. Enough for secrets of 256 random bits: there is nothing to guess that stretching would slow down. */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret, 'utf8').digest();
}
