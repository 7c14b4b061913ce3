import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DEFAULT_VIEW,
  readSearchView,
  type SearchView,
  searchParameters,
  writeSearchView,
} from '../src/view/search-view.ts';

test('an empty URL is the default view, and the default view an empty URL', () => {
  assert.deepEqual(readSearchView(''), DEFAULT_VIEW);
  assert.equal(writeSearchView(DEFAULT_VIEW), '');
});

test('whatever is on the screen comes back from its URL', () => {
  const text = fc.string({ unit: 'grapheme' });
  const views: fc.Arbitrary<SearchView> = fc.record(
    {
      query: text,
      from: fc.constantFrom('now-1h', 'now-15m', '2026-11-22T13:02:10.118000Z'),
      to: fc.constantFrom('', '2026-11-22T14:00:00.000001Z'),
      zone: fc.constantFrom('UTC', 'Europe/Berlin'),
      live: fc.boolean(),
      ascending: fc.boolean(),
      selected: fc.array(text),
      messageId: text,
      form: fc.constantFrom('', 'simple', 'advanced'),
      facets: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(views, (view) => assert.deepEqual(readSearchView(writeSearchView(view)), view)));
});

test('a form that does not exist and unknown parameters are ignored', () => {
  assert.deepEqual(readSearchView('form=magic&utm=1'), DEFAULT_VIEW);
});

test('the API is asked for the expression, the range and the zone, and for nothing that only the screen needs', () => {
  const params = searchParameters({ ...DEFAULT_VIEW, query: 'status >= 500', zone: 'Europe/Berlin' });
  assert.equal(params.toString(), 'q=status+%3E%3D+500&from=now-1h&tz=Europe%2FBerlin');
  assert.equal(searchParameters({ ...DEFAULT_VIEW, query: '  ' }).has('q'), false);
});
