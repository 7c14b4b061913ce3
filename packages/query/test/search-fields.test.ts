import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileQuery, FIELDS, findField } from '@calliope/query';
import { optionsOf } from './compile-for-test.ts';

describe('FIELDS', () => {
  test('names and aliases are all different, and no keyword', () => {
    const names = FIELDS.flatMap((field) => [field.name, ...field.aliases]);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^(?!(?:and|or|not|in|exists)$)[a-z][a-z_]*$/);
  });

  for (const field of FIELDS) {
    test(`${field.name}: every alias, operator, example and known value compiles in its views`, () => {
      for (const view of field.views) {
        const check = (text: string) => {
          const result = compileQuery(text, optionsOf(view));
          assert.ok(result.ok, `${text}: ${result.ok || result.error.message}`);
        };
        for (const name of [field.name, ...field.aliases, field.name.toUpperCase(), field.name.replaceAll('_', '-')]) {
          assert.equal(findField(name), field);
          for (const value of [...field.examples, ...(field.values ?? [])]) check(`${name} = ${value}`);
        }
        const plain = field.examples[0]!;
        for (const operator of field.operators) {
          if (operator === 'exists') check(`${field.name} exists`);
          else check(`${field.name} ${operator} ${operator === '~' || operator === '!~' ? '^a' : plain}`);
        }
      }
    });
  }

  test('fields of calls are not of messages', () => {
    const onlyCalls = FIELDS.filter((field) => !field.views.includes('messages')).map((field) => field.name);
    assert.deepEqual(onlyCalls, ['outcome', 'duration', 'pdd', 'messages']);
    for (const name of onlyCalls) {
      const result = compileQuery(`${name} = 1`, optionsOf('messages'));
      assert.equal(!result.ok && result.error.code, 'query_unknown_field');
    }
  });
});
