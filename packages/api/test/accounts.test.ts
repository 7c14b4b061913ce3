import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createAccounts } from '../src/accounts/accounts.ts';
import { MAX_SESSIONS_OF_USER } from '../src/accounts/sessions.ts';
import { CHEAP, manualClock, PASSWORD } from './api-fixture.ts';

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'calliope-accounts-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('accounts outlive the process, in a file that only its owner may read and that holds no secret', async () => {
  await withDirectory(async (directory) => {
    const path = join(directory, 'control.sqlite');
    const first = createAccounts(path, { passwordCost: CHEAP });
    const initial = await first.ensureInitialAdmin();
    const session = first.createSession('admin');
    const token = first.createToken({ username: 'admin', name: 'cli', expiresUs: null });
    for (const suffix of ['', '-wal', '-shm']) assert.equal((await stat(path + suffix)).mode & 0o777, 0o600, suffix);
    first.close();

    const second = createAccounts(path, { passwordCost: CHEAP });
    assert.equal(await second.ensureInitialAdmin(), undefined);
    assert.equal((await second.verifyPassword('admin', initial!.password))?.username, 'admin');
    assert.equal(second.sessionUser(session), 'admin');
    assert.equal(second.tokenUser(token.secret), 'admin');
    second.close();
    const bytes = (await readFile(path)).toString('latin1');
    for (const secret of [initial!.password, session, token.secret, token.secret.slice(4)])
      assert.ok(!bytes.includes(secret));
  });
});

test('two processes may have the accounts open, and see each other', async () => {
  await withDirectory(async (directory) => {
    const path = join(directory, 'control.sqlite');
    const server = createAccounts(path, { passwordCost: CHEAP });
    const command = createAccounts(path, { passwordCost: CHEAP });
    await command.addUser({ username: 'alice', role: 'user', password: PASSWORD });
    assert.equal((await server.verifyPassword('alice', PASSWORD))?.role, 'user');
    const both = await Promise.allSettled(
      [server, command].map((accounts) => accounts.addUser({ username: 'bob', role: 'user' })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    command.close();
    server.close();
  });
});

test('a file of a newer version is left alone', async () => {
  await withDirectory(async (directory) => {
    const path = join(directory, 'control.sqlite');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.throws(() => createAccounts(path), /newer version of Calliope \(schema 99/);
  });
});

test('one user has 32 sessions at most; the one that was idle the longest ends', async () => {
  const clock = manualClock();
  const accounts = createAccounts(':memory:', { clock, passwordCost: CHEAP });
  await accounts.addUser({ username: 'alice', role: 'user', password: PASSWORD });
  const secrets: string[] = [];
  for (let login = 0; login < MAX_SESSIONS_OF_USER + 3; login++) {
    secrets.push(accounts.createSession('alice'));
    clock.advanceSeconds(1);
  }
  assert.deepEqual(secrets.map((secret) => accounts.sessionUser(secret)).indexOf('alice'), 3);
  accounts.endSessionsOf('alice');
  assert.ok(secrets.every((secret) => accounts.sessionUser(secret) === undefined));
  accounts.close();
});

test('removing a user takes their sessions and tokens along', async () => {
  const accounts = createAccounts(':memory:', { passwordCost: CHEAP });
  await accounts.addUser({ username: 'alice', role: 'user', password: PASSWORD });
  const session = accounts.createSession('alice');
  const { secret } = accounts.createToken({ username: 'alice', name: 'a', expiresUs: null });
  accounts.removeUser('alice');
  assert.deepEqual(
    [accounts.sessionUser(session), accounts.tokenUser(secret), accounts.listTokens()],
    [undefined, undefined, []],
  );
  await assert.rejects(async () => accounts.removeUser('alice'), { code: 'not_found' });
  await assert.rejects(accounts.setPassword('alice', PASSWORD, { mustChange: true }), { code: 'not_found' });
  accounts.close();
});
