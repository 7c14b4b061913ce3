import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatHostPort,
  parseBoolean,
  parseBytes,
  parseHostPort,
  parseInteger,
  parseListenAddress,
  parseNetwork,
  parsePortRange,
  parseText,
} from '../src/setting-values.ts';

test('addresses to listen on are taken in every usual form and refused otherwise', () => {
  const good: [string, string, number][] = [
    ['127.0.0.1:9080', '127.0.0.1', 9080],
    ['[::1]:9060', '::1', 9060],
    ['*:9060', '::', 9060],
    [':9060', '::', 9060],
    ['9060', '::', 9060],
    ['localhost:0', 'localhost', 0],
  ];
  for (const [text, host, port] of good) assert.deepEqual(parseHostPort(text), { value: { host, port } }, text);
  for (const text of ['', 'host', '1.2.3.4:', '1.2.3.4:65536', '::1:9060', '[nonsense]:1', '1.2.3.4:x']) {
    assert.ok('expected' in parseHostPort(text), text);
  }
  assert.equal(formatHostPort({ host: '::1', port: 1 }), '[::1]:1');
});

test('ranges of ports and addresses without a port are taken and refused', () => {
  assert.deepEqual(parsePortRange('5060'), { value: { low: 5060, high: 5060 } });
  assert.deepEqual(parsePortRange(' 5060-5090 '), { value: { low: 5060, high: 5090 } });
  assert.deepEqual(parsePortRange('0-65535'), { value: { low: 0, high: 65_535 } });
  for (const text of ['', '-', '5060-', '-5060', '5090-5060', '1-65536', '5060:5090', 'sip']) {
    assert.ok('expected' in parsePortRange(text), text);
  }
  assert.deepEqual(parseListenAddress('*'), { value: '::' });
  assert.deepEqual(parseListenAddress('192.0.2.10'), { value: '192.0.2.10' });
  assert.deepEqual(parseListenAddress('[2001:db8::10]'), { value: '2001:db8::10' });
  for (const text of ['', 'localhost', '192.0.2.10:4', '192.0.2.0/24', '[::']) {
    assert.ok('expected' in parseListenAddress(text), text);
  }
});

test('sizes know decimal and binary units', () => {
  assert.deepEqual(parseBytes('500'), { value: 500 });
  assert.deepEqual(parseBytes('500MB'), { value: 500e6 });
  assert.deepEqual(parseBytes('1.5 GiB'), { value: 1.5 * 2 ** 30 });
  for (const text of ['', '-1', '1XB', 'GiB']) assert.ok('expected' in parseBytes(text), text);
});

test('numbers, switches, texts and networks are bounded', () => {
  assert.deepEqual(parseInteger(0, 5)('5'), { value: 5 });
  for (const text of ['6', '-1', '1.5', '', 'a']) assert.ok('expected' in parseInteger(0, 5)(text), text);
  assert.deepEqual(parseBoolean('yes'), { value: true });
  assert.deepEqual(parseBoolean('off'), { value: false });
  assert.ok('expected' in parseBoolean('maybe'));
  assert.ok('expected' in parseText(3)('four'));
  assert.ok('expected' in parseText(9)('a\nb'));
  assert.deepEqual(parseNetwork('10.0.0.0/8'), { value: '10.0.0.0/8' });
  for (const text of ['10.0.0.0/33', '::/129', 'x/8', '10.0.0.0/8/8', '10.0.0.0/'])
    assert.ok('expected' in parseNetwork(text), text);
});
