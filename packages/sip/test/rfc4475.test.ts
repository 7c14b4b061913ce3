import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it } from 'node:test';
import { Field } from '@calliope/model';
import { parseSip } from '@calliope/sip';
import { type FieldName, scanned } from './sample-messages.ts';

const shared = process.env.CALLIOPE_FIXTURES ?? join(import.meta.dirname, '../../../../shared');
const folder = [join(shared, 'fixtures/rfc4475'), join(shared, 'rfc4475')].find((path) => existsSync(path));
const skip = folder === undefined ? `no fixtures/rfc4475 in ${shared}: set CALLIOPE_FIXTURES` : false;

interface Expectation {
  name: string;
  verdict: string;
  headers: number;
  defects: string;
  values: Map<string, string>;
}

/** See the head of the file. */
const expectations = readFileSync(join(import.meta.dirname, 'rfc4475-expectations.txt'), 'utf8')
  .trim()
  .split('\n\n')
  .slice(1)
  .map((block): Expectation => {
    const [title = '', counts = '', pairs = ''] = block.split('\n');
    const [, name = '', verdict = ''] = /^(\S+) (\(.*)$/.exec(title) ?? [];
    const [, headers, defects = ''] = /^(\d+) headers; (.*)$/.exec(counts) ?? [];
    const values = new Map<string, string>();
    for (const pair of pairs.split('  ')) {
      const equals = pair.indexOf('=');
      if (equals > 0) values.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
    return { name, verdict, headers: Number(headers), defects: defects === 'no defects' ? '' : defects, values };
  });

/** Slots that must be absent where a message's block does not name them. */
const ALWAYS_CHECKED: FieldName[] = [
  'CALL_ID',
  'METHOD',
  'FROM_USER',
  'FROM_HOST',
  'FROM_TAG',
  'TO_USER',
  'TO_HOST',
  'TO_TAG',
];

describe('torture messages of RFC 4475', { skip }, () => {
  it('are all in the table', () => {
    const files = readdirSync(folder!).filter((name) => name.endsWith('.dat'));
    assert.deepEqual(files.map((name) => name.slice(0, -4)).sort(), expectations.map((row) => row.name).sort());
    assert.equal(files.length, 50);
  });

  for (const { name, verdict, headers, defects, values } of expectations) {
    it(`${name} ${verdict}`, () => {
      const bytes = new Uint8Array(readFileSync(join(folder!, `${name}.dat`)));
      const scan = scanned(bytes);
      assert.equal(scan.defects.join(), defects);
      assert.equal(scan.isSip, defects !== 'not_sip');
      if (verdict.includes(') valid')) assert.deepEqual(scan.defects, []);
      const found = new Map<string, string>(Object.entries(scan.slots));
      found.set('responseCode', String(scan.fields.responseCode));
      found.set('cseq', String(scan.fields.cseq));
      found.set('bodyLength', String(scan.fields.at[2 * Field.BODY + 1]! - scan.fields.at[2 * Field.BODY]!));
      for (const slot of [...ALWAYS_CHECKED, ...values.keys()]) {
        assert.equal(found.get(slot) ?? '', values.get(slot) ?? '', slot);
      }

      const parsed = parseSip(bytes);
      assert.deepEqual(parsed.fields, scan.fields);
      assert.deepEqual(parsed.defects, scan.defects);
      assert.equal(parsed.method, scan.slots.METHOD ?? '');
      assert.equal(parsed.viaBranch, scan.slots.VIA_BRANCH ?? '');
      assert.equal(parsed.headers.length, headers);
    });
  }
});
