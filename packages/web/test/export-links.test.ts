import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportLink } from '../src/view/export-links.ts';

test('a scope becomes the parameters of the download, and nothing else', () => {
  assert.equal(
    exportLink('pcap', { kind: 'calls', callIds: ['a&b', 'c'] }),
    '/api/v1/export?format=pcap&call_id=a%26b&call_id=c',
  );
  assert.equal(exportLink('csv', { kind: 'messages', ids: ['1', '2'] }), '/api/v1/export?format=csv&id=1&id=2');
  assert.equal(
    exportLink('json', {
      kind: 'search',
      of: 'calls',
      view: { query: 'code = 503', from: 'now-1h', to: '', zone: 'UTC' },
    }),
    '/api/v1/export?q=code+%3D+503&from=now-1h&tz=UTC&format=json&of=calls',
  );
});
