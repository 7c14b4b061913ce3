import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPort, reachableAddress } from '../src/view/reachable-address.ts';
import { senderRecipes } from '../src/view/sender-recipes.ts';

test('a wildcard becomes the name under which the browser reached the server', () => {
  assert.deepEqual(reachableAddress('udp 0.0.0.0:9060', 'hep.example.com'), {
    transport: 'udp',
    host: 'hep.example.com',
    port: 9060,
  });
  assert.deepEqual(reachableAddress('udp [::]:9060', '[2001:db8::1]'), {
    transport: 'udp',
    host: '2001:db8::1',
    port: 9060,
  });
  assert.deepEqual(reachableAddress('tcp://10.0.0.1:9060', 'x'), { transport: 'tcp', host: '10.0.0.1', port: 9060 });
  assert.deepEqual(reachableAddress('udp:*:9060', 'x'), { transport: 'udp', host: 'x', port: 9060 });
  assert.deepEqual(reachableAddress('127.0.0.1:9060', 'x'), { transport: 'udp', host: '127.0.0.1', port: 9060 });
});

test('what has no port is no address', () => {
  assert.equal(reachableAddress('unix socket', 'x'), undefined);
});

test('every recipe names host and port, an IPv6 address in brackets where a port follows', () => {
  for (const recipe of senderRecipes({ transport: 'udp', host: '192.0.2.5', port: 9061 })) {
    assert.match(recipe.text, /192\.0\.2\.5[\s\S]*9061/, recipe.name);
  }
  assert.equal(hostPort({ host: '2001:db8::1', port: 9060 }), '[2001:db8::1]:9060');
});
