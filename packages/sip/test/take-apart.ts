import assert from 'node:assert/strict';
import { emptyFields, FIELD_COUNT } from '@calliope/model';
import { headerValues, parseNameAddress, parseSip, parseVia, scanSip, sdpSummary } from '@calliope/sip';

const fields = emptyFields();

/** Scans, and holds the result to what is true of any bytes. */
export function scanAny(bytes: Uint8Array): void {
  const isSip = scanSip(bytes, 0, bytes.length, fields);
  assert.equal(isSip, (fields.defects & 1) === 0);
  for (let slot = 0; slot < FIELD_COUNT; slot++) {
    const start = fields.at[2 * slot]!;
    const end = fields.at[2 * slot + 1]!;
    if (start < 0 || end < start || end > bytes.length)
      assert.fail(`slot ${slot} is ${start}..${end} of ${bytes.length}`);
  }
}

/** Everything that takes whole messages, on the same bytes. */
export function takeApart(bytes: Uint8Array): void {
  scanAny(bytes);
  const parsed = parseSip(bytes);
  assert.deepEqual(parsed.fields.at, fields.at);
  assert.equal(parsed.fields.defects, fields.defects);
  sdpSummary(parsed);
  for (const name of new Set(parsed.headers.map((header) => header.name))) headerValues(parsed, name);
  for (const header of parsed.headers) {
    parseNameAddress(header.value);
    parseVia(header.value);
  }
}
