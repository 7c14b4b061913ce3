import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatTime, isTimeZone, parseTime } from '@calliope/query';
import fc from 'fast-check';
import { NOW_US } from './compile-for-test.ts';

function parsed(text: string, timeZone: string): number {
  const result = parseTime(text, { nowUs: NOW_US, timeZone });
  assert.ok('us' in result, 'error' in result ? `${text}: ${result.error}` : '');
  return result.us;
}

/** The instant in UTC, as ISO 8601 without fraction. */
function utc(text: string, timeZone: string): string {
  return new Date(parsed(text, timeZone) / 1000).toISOString().replace('.000Z', 'Z');
}

describe('parseTime', () => {
  const table: [string, string, string][] = [
    ['2026-11-22T13:00:00Z', 'Europe/Berlin', '2026-11-22T13:00:00Z'],
    ['2026-11-22 13:00', 'UTC', '2026-11-22T13:00:00Z'],
    ['2026-11-22 13:00', 'Europe/Berlin', '2026-11-22T12:00:00Z'],
    ['2026-07-22 13:00', 'Europe/Berlin', '2026-07-22T11:00:00Z'],
    ['2026-11-22T13:00:05+05:30', 'UTC', '2026-11-22T07:30:05Z'],
    ['2026-11-22T13:00:05-0800', 'UTC', '2026-11-22T21:00:05Z'],
    ['2026-11-22 13:00 +01', 'UTC', '2026-11-22T12:00:00Z'],
    ['2026-11-22', 'America/New_York', '2026-11-22T05:00:00Z'],
    ['2026-11-22', 'Asia/Kathmandu', '2026-11-21T18:15:00Z'],
    ['now', 'UTC', '2026-11-22T12:00:00Z'],
    ['NOW-1h30m', 'UTC', '2026-11-22T10:30:00Z'],
    ['now + 5m', 'UTC', '2026-11-22T12:05:00Z'],
    ['-15m', 'UTC', '2026-11-22T11:45:00Z'],
    ['today', 'Europe/Berlin', '2026-11-21T23:00:00Z'],
    ['yesterday', 'Europe/Berlin', '2026-11-20T23:00:00Z'],
    ['today', 'Pacific/Auckland', '2026-11-22T11:00:00Z'],
    ['yesterday 22:15', 'Europe/Berlin', '2026-11-21T21:15:00Z'],
    ['3:07:09', 'Europe/Berlin', '2026-11-22T02:07:09Z'],
    ['1795348800', 'Europe/Berlin', '2026-11-22T12:00:00Z'],
    ['1795348800000', 'Europe/Berlin', '2026-11-22T12:00:00Z'],
    ['1795348800000000', 'Europe/Berlin', '2026-11-22T12:00:00Z'],
    // The clock is put forward: 02:30 never was, and is read as 03:30.
    ['2026-03-29 01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59Z'],
    ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026-03-29 03:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['2026-03-08 02:15', 'America/New_York', '2026-03-08T07:15:00Z'],
    // The clock is put back: 02:30 was twice, and the first is meant; an offset says otherwise.
    ['2026-10-25 01:59', 'Europe/Berlin', '2026-10-24T23:59:00Z'],
    ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['2026-10-25 02:30+01:00', 'Europe/Berlin', '2026-10-25T01:30:00Z'],
    ['2026-10-25 03:00', 'Europe/Berlin', '2026-10-25T02:00:00Z'],
    ['2026-11-01 01:30', 'America/New_York', '2026-11-01T05:30:00Z'],
    // Half an hour of daylight saving, and midnight that never was.
    ['2026-10-04 02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    ['1970-01-01T00:00:00Z', 'UTC', '1970-01-01T00:00:00Z'],
    ['2024-02-29', 'UTC', '2024-02-29T00:00:00Z'],
  ];
  for (const [text, zone, expected] of table) test(`${text} in ${zone}`, () => assert.equal(utc(text, zone), expected));

  test('fractions are exact to the microsecond', () => {
    assert.equal(parsed('2026-11-22T12:00:00.123456Z', 'UTC'), NOW_US + 123456);
    assert.equal(parsed('2026-11-22 13:00:00.1', 'Europe/Berlin'), NOW_US + 100000);
    assert.equal(parsed('1795348800.000001', 'UTC'), NOW_US + 1);
    assert.equal(parsed('now-250us', 'UTC'), NOW_US - 250);
  });

  test('anything else is an error', () => {
    const bad = [
      '',
      'noon',
      '12345678',
      '2026-13-01',
      '2026-02-30',
      '2026-1-1',
      '2026-11-22T24:00',
      '2026-11-22 12:60',
      '2026-11-22 12:00:60',
    ];
    bad.push(
      '2026-11-22T12:00:00.1234567Z',
      '2026-11-22T12:00+24:00',
      'now-',
      'now-5',
      'now-1x',
      'now-9999w',
      '1969-12-31',
      '2200-01-01',
      '0026-11-22',
    );
    bad.push('1795348800000.5', '99999999999', '9'.repeat(17), '--5m', 'today+1h', '2026-11-22Z');
    for (const text of bad) assert.ok('error' in parseTime(text, { nowUs: NOW_US, timeZone: 'UTC' }), text);
    const unknown = parseTime('now', { nowUs: NOW_US, timeZone: 'Mars/Olympus' });
    assert.match('error' in unknown ? unknown.error : '', /Unknown time zone “Mars\/Olympus”/);
    assert.ok(!isTimeZone('Mars/Olympus') && isTimeZone('Europe/Berlin'));
  });

  test('random text never throws', () => {
    const pieces = fc.array(
      fc.constantFrom('2026', '-', '11', ':', 'T', 'Z', '+', '.', '0', 'now', 'm', ' ', 'today'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const result = parseTime(parts.join(''), { nowUs: NOW_US, timeZone: 'Europe/Berlin' });
        if ('us' in result) assert.ok(Number.isSafeInteger(result.us) && result.us >= 0);
      }),
      { numRuns: 700 },
    );
  });
});

describe('formatTime', () => {
  const us = NOW_US + 123456;
  test('shows local time with microseconds, and less when asked', () => {
    assert.equal(formatTime(us, 'Europe/Berlin'), '2026-11-22 13:00:00.123456');
    assert.equal(formatTime(us, 'UTC', { digits: 3 }), '2026-11-22 12:00:00.123');
    assert.equal(formatTime(us, 'UTC', { digits: 0, show: 'time' }), '12:00:00');
    assert.equal(formatTime(us, 'Pacific/Auckland', { show: 'date' }), '2026-11-23');
    assert.equal(formatTime(us, 'UTC', { iso: true }), '2026-11-22T12:00:00.123456Z');
    assert.equal(formatTime(us, 'America/St_Johns', { iso: true, digits: 0 }), '2026-11-22T08:30:00-03:30');
    assert.equal(formatTime(-1, 'UTC'), '1969-12-31 23:59:59.999999');
  });

  test('what is no time is empty', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e18, -8.64e18])
      assert.equal(formatTime(value, 'UTC'), '');
  });

  test('the form with an offset reads back exactly, in any zone and through changes of the clock', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    );
    const time = fc.oneof(
      fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
      fc.integer({ min: -7_200_000_000, max: 7_200_000_000 }).map((delta) => Date.UTC(2026, 9, 25, 1) * 1000 + delta),
    );
    fc.assert(
      fc.property(time, zone, (value, name) => {
        assert.equal(parsed(formatTime(value, name, { iso: true }), 'UTC'), value);
      }),
      { numRuns: 500 },
    );
  });

  test('local time reads back in its zone, or as the first of two', () => {
    const time = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(time, fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'), (ms, name) => {
        const again = parsed(formatTime(ms * 1000, name), name);
        assert.equal(formatTime(again, name), formatTime(ms * 1000, name));
        assert.ok(again <= ms * 1000);
      }),
      { numRuns: 500 },
    );
  });
});
