import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Steps of the schema; `PRAGMA user_version` says how many were taken. Only append. */
const MIGRATIONS = [
  `
  CREATE TABLE users (
    username TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    must_change_password INTEGER NOT NULL,
    created_us INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    secret_hash BLOB PRIMARY KEY,
    username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    created_us INTEGER NOT NULL,
    last_used_us INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (username, last_used_us);
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    last_used_us INTEGER,
    expires_us INTEGER
  ) STRICT;
  CREATE INDEX tokens_of_user ON tokens (username);
  CREATE TABLE login_failures (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_us INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX login_failures_by_age ON login_failures (last_us);
  `,
];

/**
 * Opens the control database (users, sessions, tokens) and brings its schema up to date. Several processes may have it open:
 * the server and a command of the same machine.
 * @param path a file, made with mode 0600 when it is not there, or `:memory:`
 * @throws Error with a plain sentence when the file was written by a newer version
 */
export function openControlDatabase(path: string): DatabaseSync {
  // SQLite would make the file readable to all; its -wal and -shm take over the mode of the main file.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON');
  try {
    migrate(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function migrate(database: DatabaseSync, path: string): void {
  const version = () => Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version() === MIGRATIONS.length) return;
  inTransaction(database, () => {
    // Read again: another process may have migrated while this one waited for the lock.
    const from = version();
    if (from > MIGRATIONS.length) {
      throw new Error(
        `${path} was written by a newer version of Calliope (schema ${from}, known here are ${MIGRATIONS.length}).`,
      );
    }
    for (const step of MIGRATIONS.slice(from)) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** Runs `work` as one write transaction. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
