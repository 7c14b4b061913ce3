import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openControlDatabase } from '../src/accounts/control-database.ts';
import { createLoginThrottle, MAX_FAILURE_ROWS } from '../src/accounts/login-throttle.ts';
import { manualClock } from './api-fixture.ts';

test('the table of failures is bounded: the oldest are forgotten, and all after a day', () => {
  const clock = manualClock();
  const database = openControlDatabase(':memory:');
  const throttle = createLoginThrottle(database, clock);
  const rows = () => Number(database.prepare('SELECT count(*) AS n FROM login_failures').get()?.n);
  const insert = database.prepare('INSERT INTO login_failures (key, failures, last_us) VALUES (?, 9, ?)');
  database.exec('BEGIN');
  for (let index = 0; index < MAX_FAILURE_ROWS; index++) insert.run(`user:${index}`, clock.nowUs() - index);
  database.exec('COMMIT');
  throttle.begin('alice', '192.0.2.1');
  assert.equal(rows(), MAX_FAILURE_ROWS);
  assert.equal(
    database.prepare('SELECT 1 FROM login_failures WHERE key = ?').get(`user:${MAX_FAILURE_ROWS - 1}`),
    undefined,
  );
  clock.advanceSeconds(24 * 3600);
  throttle.begin('bob', '192.0.2.1');
  assert.equal(rows(), 2);
  database.close();
});

test('a success takes back its own attempt at the address, not those of others', () => {
  const clock = manualClock();
  const database = openControlDatabase(':memory:');
  const throttle = createLoginThrottle(database, clock);
  for (let failure = 0; failure < 19; failure++) assert.equal(throttle.begin(`name${failure}`, '192.0.2.1'), undefined);
  assert.equal(throttle.begin('alice', '192.0.2.1'), undefined);
  throttle.succeed('alice', '192.0.2.1');
  assert.equal(throttle.begin('mallory', '192.0.2.1'), undefined);
  assert.deepEqual(throttle.begin('alice', '192.0.2.1'), { retryAfterSeconds: 1 });
  database.close();
});
