import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Role, UserInfo } from '@calliope/model';
import { ApiError } from '../api-error.ts';
import { inTransaction } from './control-database.ts';
import type { PasswordHasher } from './password-hash.ts';
import { checkPassword, generatePassword } from './password-rules.ts';

export interface NewUser {
  username: string;
  role: Role;
  /** Without it a strong one is made and returned, once. */
  password?: string;
}

/** Users of the control database. User names are kept in lower case and found in any case. All throw {@link ApiError}. */
export interface Users {
  /** Makes user `admin` when there is no user at all; the password is returned once and stored only hashed. */
  ensureInitialAdmin(): Promise<{ username: 'admin'; password: string } | undefined>;
  /** @throws ApiError `user_exists`, `password_rules`, `invalid_parameter` */
  addUser(user: NewUser): Promise<{ user: UserInfo; password?: string }>;
  listUsers(): UserInfo[];
  findUser(username: string): UserInfo | undefined;
  /**
   * Sets a password and ends the user's sessions.
   * @param options.mustChange whether somebody else chose it
   * @throws ApiError `not_found`, `password_rules`
   */
  setPassword(username: string, password: string, options: { mustChange: boolean }): Promise<void>;
  /** @throws ApiError `not_found`, `last_admin` */
  setRole(username: string, role: Role): void;
  /** Removes the user with all sessions and tokens. @throws ApiError `not_found`, `last_admin` */
  removeUser(username: string): void;
  /** The user when the password is right. Takes as long for a user that does not exist. */
  verifyPassword(username: string, password: string): Promise<UserInfo | undefined>;
}

const USERNAME = /^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/;

export function createUsers(database: DatabaseSync, hasher: PasswordHasher, clock: Clock): Users {
  const columns = 'username, role, must_change_password, created_us';
  const select = database.prepare(`SELECT ${columns}, password_hash FROM users WHERE username = ?`);
  const selectAll = database.prepare(`SELECT ${columns} FROM users ORDER BY username`);
  const insert = database.prepare(
    'INSERT INTO users (username, password_hash, role, must_change_password, created_us) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const updatePassword = database.prepare(
    'UPDATE users SET password_hash = ?, must_change_password = ? WHERE username = ?',
  );
  const upgradeHash = database.prepare('UPDATE users SET password_hash = ? WHERE username = ? AND password_hash = ?');
  const endSessions = database.prepare('DELETE FROM sessions WHERE username = ?');
  const otherAdmins = database.prepare("SELECT count(*) AS n FROM users WHERE role = 'admin' AND username <> ?");

  const existing = (username: string): UserInfo => {
    const row = select.get(fold(username));
    if (!row) throw new ApiError('not_found', `There is no user ${JSON.stringify(username)}.`);
    return toUserInfo(row);
  };
  const keepAnAdmin = (username: string): void => {
    if (Number(otherAdmins.get(username)?.n) === 0) throw new ApiError('last_admin');
  };

  const users: Users = {
    async ensureInitialAdmin() {
      if (selectAll.all().length > 0) return undefined;
      const password = generatePassword();
      const hash = await hasher.hash(password);
      const made = insert.run('admin', hash, 'admin', 1, clock.nowUs());
      return made.changes === 1 ? { username: 'admin', password } : undefined;
    },

    async addUser({ username: given, role, password: chosen }) {
      const username = fold(given);
      if (!USERNAME.test(username)) {
        throw new ApiError(
          'invalid_parameter',
          'A user name has 1 to 64 letters, digits, dots, dashes, underscores or @, and begins and ends with a letter or digit.',
        );
      }
      const password = chosen ?? generatePassword();
      checkPassword(password, username);
      if (select.get(username)) throw new ApiError('user_exists');
      const made = insert.run(username, await hasher.hash(password), role, 1, clock.nowUs());
      if (made.changes === 0) throw new ApiError('user_exists');
      return { user: existing(username), ...(chosen === undefined ? { password } : {}) };
    },

    listUsers: () => selectAll.all().map(toUserInfo),

    findUser(username) {
      const row = select.get(fold(username));
      return row && toUserInfo(row);
    },

    async setPassword(given, password, { mustChange }) {
      const { username } = existing(given);
      checkPassword(password, username);
      const hash = await hasher.hash(password);
      inTransaction(database, () => {
        existing(username);
        updatePassword.run(hash, mustChange ? 1 : 0, username);
        endSessions.run(username);
      });
    },

    setRole(given, role) {
      inTransaction(database, () => {
        const user = existing(given);
        if (user.role === 'admin' && role !== 'admin') keepAnAdmin(user.username);
        database.prepare('UPDATE users SET role = ? WHERE username = ?').run(role, user.username);
      });
    },

    removeUser(given) {
      inTransaction(database, () => {
        const user = existing(given);
        if (user.role === 'admin') keepAnAdmin(user.username);
        database.prepare('DELETE FROM users WHERE username = ?').run(user.username);
      });
    },

    async verifyPassword(given, password) {
      const username = fold(given);
      const stored = select.get(username)?.password_hash as string | undefined;
      // Longer ones cannot be right, and hashing them is work that anybody could ask for.
      const tooLong = password.length > 1024;
      const right = await hasher.verify(tooLong ? '' : password, stored);
      if (!right || tooLong || stored === undefined) return undefined;
      if (hasher.isOutdated(stored)) upgradeHash.run(await hasher.hash(password), username, stored);
      return users.findUser(username);
    },
  };
  return users;
}

function fold(username: string): string {
  return username.trim().toLowerCase();
}

function toUserInfo(row: Record<string, unknown>): UserInfo {
  return {
    username: row.username as string,
    role: row.role as Role,
    createdUs: row.created_us as number,
    mustChangePassword: row.must_change_password === 1,
  };
}
