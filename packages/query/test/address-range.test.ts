import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAddress } from '@calliope/model';
import fc from 'fast-check';
import { parseAddressAndPort, parseAddressRange } from '../src/address-range.ts';

function ends(low: string, high: string) {
  return { low: parseAddress(low)!.bytes, high: parseAddress(high)!.bytes };
}

describe('parseAddressRange', () => {
  const good: [string, string, string][] = [
    ['10.0.0.1', '10.0.0.1', '10.0.0.1'],
    ['10.0.0.5/8', '10.0.0.0', '10.255.255.255'],
    ['10.0.0.0/31', '10.0.0.0', '10.0.0.1'],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['192.168.1.77/26', '192.168.1.64', '192.168.1.127'],
    ['10.*', '10.0.0.0', '10.255.255.255'],
    ['10.30.*.*', '10.30.0.0', '10.30.255.255'],
    ['10.30.1.*', '10.30.1.0', '10.30.1.255'],
    ['2001:db8::1', '2001:db8::1', '2001:db8::1'],
    ['[2001:db8::]/33', '2001:db8::', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'],
    ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['10.0.0.1..10.0.1.0', '10.0.0.1', '10.0.1.0'],
    ['::1..::ff', '::1', '::ff'],
  ];
  for (const [text, low, high] of good) test(text, () => assert.deepEqual(parseAddressRange(text), ends(low, high)));

  test('says what is wrong', () => {
    for (const text of [
      '',
      '10.0.0',
      '10.0.0.256',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/-1',
      '::/129',
      'fe80::1%eth0',
      '10.*.1.*',
      '10.1.1.1.*',
      '300.*',
    ]) {
      assert.equal(typeof parseAddressRange(text), 'string', text);
    }
    assert.match(String(parseAddressRange('10.0.0.9..10.0.0.1')), /before it begins/);
    assert.match(String(parseAddressRange('10.0.0.9..::1')), /same kind/);
  });

  test('a network has all addresses that share its first bits, and no other', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const asNumber = (parts: number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
    fc.assert(
      fc.property(octets, octets, fc.nat(32), (one, other, length) => {
        const range = parseAddressRange(`${one.join('.')}/${length}`);
        assert.ok(typeof range !== 'string');
        const bytes = parseAddress(other.join('.'))!.bytes;
        const inside = Buffer.compare(bytes, range.low) >= 0 && Buffer.compare(bytes, range.high) <= 0;
        const size = 2 ** (32 - length);
        assert.equal(inside, Math.floor(asNumber(one) / size) === Math.floor(asNumber(other) / size));
      }),
    );
  });
});

test('an address with a port', () => {
  assert.deepEqual(parseAddressAndPort('10.0.0.1:5060'), { address: ends('10.0.0.1', '10.0.0.1'), port: 5060 });
  assert.deepEqual(parseAddressAndPort('[::1]:5061'), { address: ends('::1', '::1'), port: 5061 });
  for (const text of ['10.0.0.1', '::1:5060', '10.0.0.1:65536', '10.0.0.300:1', 'x:1'])
    assert.equal(parseAddressAndPort(text), undefined, text);
});
