import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock, TokenCreated, TokenInfo } from '@calliope/model';
import { ApiError } from '../api-error.ts';
import { hashSecret } from './sessions.ts';

export const TOKEN_PREFIX = 'cal_';
export const MAX_TOKENS_OF_USER = 100;
const MINUTE_US = 60_000_000;

/** Tokens for programs: `cal_` and 256 random bits as base64url; only the SHA-256 is stored. A token has the role its user has at the time. */
export interface ApiTokens {
  /** @throws ApiError `not_found` (no such user), `too_many_tokens`, `invalid_parameter` */
  createToken(token: { username: string; name: string; expiresUs: number | null }): TokenCreated;
  /** Newest first; of one user, or of all. */
  listTokens(username?: string): TokenInfo[];
  findToken(id: string): TokenInfo | undefined;
  /** @throws ApiError `not_found` */
  removeToken(id: string): void;
  /** The user name, while the token is valid; this counts as a use. */
  tokenUser(secret: string): string | undefined;
}

export function createApiTokens(database: DatabaseSync, clock: Clock): ApiTokens {
  const columns = 'id, name, username, created_us, last_used_us, expires_us';
  const insert = database.prepare(
    'INSERT INTO tokens (id, secret_hash, username, name, created_us, expires_us) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const selectById = database.prepare(`SELECT ${columns} FROM tokens WHERE id = ?`);
  const selectBySecret = database.prepare(`SELECT ${columns} FROM tokens WHERE secret_hash = ?`);
  const selectAll = database.prepare(`SELECT ${columns} FROM tokens ORDER BY created_us DESC, rowid DESC`);
  const selectOf = database.prepare(
    `SELECT ${columns} FROM tokens WHERE username = ? ORDER BY created_us DESC, rowid DESC`,
  );
  const touch = database.prepare('UPDATE tokens SET last_used_us = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM tokens WHERE id = ?');
  const user = database.prepare('SELECT username FROM users WHERE username = ?');

  return {
    createToken({ username: given, name, expiresUs }) {
      const username = user.get(given.trim().toLowerCase())?.username as string | undefined;
      if (username === undefined) throw new ApiError('not_found', `There is no user ${JSON.stringify(given)}.`);
      if (expiresUs !== null && expiresUs <= clock.nowUs()) {
        throw new ApiError('invalid_parameter', 'The token would have expired already.');
      }
      if (selectOf.all(username).length >= MAX_TOKENS_OF_USER) throw new ApiError('too_many_tokens');
      const id = randomBytes(9).toString('base64url');
      const secret = TOKEN_PREFIX + randomBytes(32).toString('base64url');
      insert.run(id, hashSecret(secret), username, name, clock.nowUs(), expiresUs);
      return { ...toTokenInfo(selectById.get(id)!), secret };
    },
    listTokens(username) {
      const rows = username === undefined ? selectAll.all() : selectOf.all(username.trim().toLowerCase());
      return rows.map(toTokenInfo);
    },
    findToken(id) {
      const row = selectById.get(id);
      return row && toTokenInfo(row);
    },
    removeToken(id) {
      if (remove.run(id).changes === 0) throw new ApiError('not_found', 'There is no such token.');
    },
    tokenUser(secret) {
      if (!secret.startsWith(TOKEN_PREFIX)) return undefined;
      const row = selectBySecret.get(hashSecret(secret));
      if (!row) return undefined;
      const token = toTokenInfo(row);
      const nowUs = clock.nowUs();
      if (token.expiresUs !== null && nowUs >= token.expiresUs) return undefined;
      if (token.lastUsedUs === null || nowUs - token.lastUsedUs >= MINUTE_US) touch.run(nowUs, token.id);
      return token.username;
    },
  };
}

function toTokenInfo(row: Record<string, unknown>): TokenInfo {
  return {
    id: row.id as string,
    name: row.name as string,
    username: row.username as string,
    createdUs: row.created_us as number,
    lastUsedUs: row.last_used_us as number | null,
    expiresUs: row.expires_us as number | null,
  };
}
