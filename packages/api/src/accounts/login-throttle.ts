import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Clock, parseAddress } from '@calliope/model';
import { inTransaction } from './control-database.ts';

const SECOND_US = 1_000_000;
const FORGET_AFTER_US = 24 * 3600 * SECOND_US;
export const MAX_FAILURE_ROWS = 10_000;

/**
 * How many failures are free, and the longest delay after that. A user name's delay stays short, because anybody can make it
 * grow and so keep its owner out; an address has more free failures, because many people may sit behind one.
 */
export const THROTTLE_RULES = {
  user: { free: 5, longestUs: 60 * SECOND_US },
  address: { free: 20, longestUs: 900 * SECOND_US },
} as const;

/** Delays logins after failures, growing from one second by doubling, per user name (also of unknown users) and per address. */
export interface LoginThrottle {
  /**
   * Counts an attempt as failed before it is tried, so that many at once cannot outrun the count.
   * @returns the seconds to wait when it must not be tried; then nothing was counted
   */
  begin(username: string, address: string): { retryAfterSeconds: number } | undefined;
  /** Takes the attempt back: forgets the failures of the user name and this one of the address. */
  succeed(username: string, address: string): void;
}

export function createLoginThrottle(database: DatabaseSync, clock: Clock): LoginThrottle {
  const select = database.prepare('SELECT failures, last_us FROM login_failures WHERE key = ?');
  const count = database.prepare(
    'INSERT INTO login_failures (key, failures, last_us) VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last_us = excluded.last_us',
  );
  const forget = database.prepare('DELETE FROM login_failures WHERE key = ?');
  const forgetOld = database.prepare('DELETE FROM login_failures WHERE last_us <= ?');
  const forgetSurplus = database.prepare(
    'DELETE FROM login_failures WHERE key IN (SELECT key FROM login_failures ORDER BY last_us DESC LIMIT -1 OFFSET ?)',
  );
  const takeBack = database.prepare('UPDATE login_failures SET failures = max(0, failures - 1) WHERE key = ?');

  const waitUs = (key: string, rule: { free: number; longestUs: number }): number => {
    const row = select.get(key);
    const failures = Number(row?.failures ?? 0);
    if (failures < rule.free) return 0;
    const delayUs = Math.min(rule.longestUs, SECOND_US * 2 ** Math.min(failures - rule.free, 40));
    return Number(row?.last_us) + delayUs - clock.nowUs();
  };

  return {
    begin(username, address) {
      const user = userKey(username);
      const from = addressKey(address);
      return inTransaction(database, () => {
        const nowUs = clock.nowUs();
        forgetOld.run(nowUs - FORGET_AFTER_US);
        const longestUs = Math.max(waitUs(user, THROTTLE_RULES.user), waitUs(from, THROTTLE_RULES.address));
        if (longestUs > 0) return { retryAfterSeconds: Math.ceil(longestUs / SECOND_US) };
        count.run(user, nowUs);
        count.run(from, nowUs);
        forgetSurplus.run(MAX_FAILURE_ROWS);
        return undefined;
      });
    },
    succeed(username, address) {
      forget.run(userKey(username));
      takeBack.run(addressKey(address));
    },
  };
}

function userKey(username: string): string {
  // Hashed because people type their password into the wrong field.
  return `user:${createHash('sha256').update(username.trim().toLowerCase()).digest('base64url')}`;
}

/** One key for the 2^64 addresses that one subscriber of IPv6 has. */
function addressKey(address: string): string {
  const parsed = parseAddress(address);
  if (!parsed) return 'address:?';
  const bytes = Buffer.from(parsed.bytes);
  const mapped = bytes.subarray(0, 12).equals(MAPPED_PREFIX);
  return `address:${bytes.subarray(0, mapped ? 16 : 8).toString('hex')}`;
}

const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');
