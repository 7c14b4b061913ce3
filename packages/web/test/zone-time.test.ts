import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText, isoText, localText, zonedParts } from '../src/view/zone-time.ts';

const US = Date.parse('2026-07-22T13:02:10.000Z') * 1000 + 118_003;

test('microseconds are kept to the last digit', () => {
  assert.equal(isoText(US), '2026-07-22T13:02:10.118003Z');
  assert.equal(clockText(US, 'UTC', 6), '13:02:10.118003');
  assert.equal(clockText(US, 'UTC', 3), '13:02:10.118');
});

test('a zone is shown with its summer time, over midnight too', () => {
  assert.equal(localText(US, 'Europe/Berlin'), '2026-07-22 15:02:10.118003');
  assert.equal(localText(US, 'Asia/Tokyo'), '2026-07-22 22:02:10.118003');
  assert.equal(zonedParts(Date.parse('2026-01-01T23:30:00Z') * 1000, 'Europe/Berlin').date, '2026-01-02');
  assert.equal(zonedParts(Date.parse('2026-01-01T23:00:00Z') * 1000, 'Europe/Berlin').time, '00:00:00');
});

test('a zone that does not exist is shown as UTC', () => {
  assert.equal(localText(US, 'Mars/Olympus'), localText(US, 'UTC'));
});
