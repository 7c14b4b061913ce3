import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PREFERENCES, parsePreferences } from '../src/view/preferences.ts';

test('what was stored comes back', () => {
  const stored = { theme: 'dark', zone: 'local', shownColumns: { calls: ['time', 'from'] }, detailWidth: 700 };
  assert.deepEqual(parsePreferences(JSON.stringify(stored)), stored);
});

test('nothing, damage and foreign values are the defaults', () => {
  assert.deepEqual(parsePreferences(null), DEFAULT_PREFERENCES);
  assert.deepEqual(parsePreferences('{'), DEFAULT_PREFERENCES);
  assert.deepEqual(parsePreferences('null'), DEFAULT_PREFERENCES);
  assert.deepEqual(
    parsePreferences('{"theme":"pink","zone":7,"shownColumns":{"calls":"x"},"detailWidth":1e9}'),
    DEFAULT_PREFERENCES,
  );
});
