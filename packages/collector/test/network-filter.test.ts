import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '@calliope/model';
import { createNetworkFilter } from '../src/index.ts';

const allows = (networks: string[], address: string) => createNetworkFilter(networks)!(parseAddress(address)!.bytes, 0);

test('allows what is in one of the networks, to the bit', () => {
  for (const [networks, address, expected] of [
    [['10.0.0.0/8'], '10.255.255.255', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['192.0.2.128/25'], '192.0.2.128', true],
    [['192.0.2.128/25'], '192.0.2.127', false],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['0.0.0.0/0'], '8.8.8.8', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/33'], '2001:db8:7fff::1', true],
    [['2001:db8::/33'], '2001:db8:8000::1', false],
    [['::/0'], '10.0.0.1', true],
    [['10.0.0.0/8', '::1'], '::1', true],
  ] as const) {
    assert.equal(allows([...networks], address), expected, `${networks} ${address}`);
  }
});

test('without networks there is no filter', () => {
  assert.equal(createNetworkFilter([]), undefined);
});

test('what is no network is an operator’s mistake', () => {
  for (const text of [
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '::1/129',
    'localhost',
    '10.0.0.0/8/9',
    '10.0.0.0/',
    '10.0.0.0/x',
  ]) {
    assert.throws(() => createNetworkFilter([text]), RangeError, text);
  }
});
