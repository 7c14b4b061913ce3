import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createAccounts } from '../src/accounts/accounts.ts';
import { createPasswordHasher, DEFAULT_PASSWORD_COST } from '../src/accounts/password-hash.ts';
import { checkPassword, generatePassword } from '../src/accounts/password-rules.ts';
import { CHEAP, PASSWORD } from './api-fixture.ts';

test('hashes are argon2id in PHC form at the cost of RFC 9106, salted, and found right or wrong', async () => {
  const hasher = createPasswordHasher();
  const phc = await hasher.hash('correct horse battery staple');
  assert.match(phc, /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await hasher.verify('correct horse battery staple', phc), true);
  assert.equal(await hasher.verify('correct horse battery stapl', phc), false);
  assert.equal(await hasher.verify('anything', undefined), false);
  assert.equal(hasher.isOutdated(phc), false);
  assert.deepEqual(DEFAULT_PASSWORD_COST, { memoryKib: 65536, passes: 3, parallelism: 4 });
});

test("other implementations' hashes are read", async () => {
  // Made with the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  const hasher = createPasswordHasher(CHEAP);
  assert.equal(await hasher.verify('password', reference), true);
  assert.equal(await hasher.verify('Password', reference), false);
  assert.equal(hasher.isOutdated(reference), true);
});

test('a stored hash that cannot be read is a wrong password', async () => {
  const hasher = createPasswordHasher(CHEAP);
  for (const phc of [
    '',
    'plain',
    '$argon2id$v=19$m=64,t=1,p=1$c2FsdA$',
    '$2b$12$abcdefghijklmnopqrstuv',
    '$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]) {
    assert.equal(await hasher.verify('password', phc), false, phc);
  }
});

test('a password is the same in both forms of Unicode', async () => {
  const hasher = createPasswordHasher(CHEAP);
  assert.equal(await hasher.verify('cafe\u0301 in the morning', await hasher.hash('caf\u00e9 in the morning')), true);
});

test('no more than two hashes are made at a time, and a queue that is full says so', async () => {
  const hasher = createPasswordHasher(CHEAP);
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => hasher.hash(PASSWORD)));
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 50 - 34);
  assert.ok(refused.every(({ reason }) => reason.code === 'busy'));
  await hasher.hash(PASSWORD);
});

test('a hash of another cost is made anew when its user logs in', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'calliope-costs-'));
  const path = join(directory, 'control.sqlite');
  const storedHash = () => {
    const opened = new DatabaseSync(path);
    const hash = opened.prepare('SELECT password_hash FROM users').get()?.password_hash;
    opened.close();
    return String(hash);
  };
  const cheap = createAccounts(path, { passwordCost: CHEAP });
  await cheap.addUser({ username: 'alice', role: 'user', password: PASSWORD });
  cheap.close();
  assert.match(storedHash(), /m=64,t=1,p=1/);

  const raised = createAccounts(path, { passwordCost: { ...CHEAP, passes: 2 } });
  assert.equal(await raised.verifyPassword('alice', 'not the password'), undefined);
  assert.match(storedHash(), /m=64,t=1,p=1/);
  assert.equal((await raised.verifyPassword('alice', PASSWORD))?.username, 'alice');
  assert.match(storedHash(), /m=64,t=2,p=1/);
  assert.equal((await raised.verifyPassword('alice', PASSWORD))?.username, 'alice');
  raised.close();
  await rm(directory, { recursive: true });
});

test('passwords that are made are strong, acceptable and different', () => {
  const made = new Set(Array.from({ length: 100 }, generatePassword));
  assert.equal(made.size, 100);
  for (const password of made) {
    checkPassword(password, 'admin');
    assert.match(password, /^([a-km-zA-HJ-NP-Z2-9]{4}-){4}[a-km-zA-HJ-NP-Z2-9]{4}$/);
  }
});
