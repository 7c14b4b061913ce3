import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionMetrics } from '../src/metrics-connections.ts';
import { exposition } from '../src/metrics-exposition.ts';

const COUNTS = {
  received: 0,
  stored: 0,
  duplicates: 0,
  refused: 0,
  undecodable: 0,
  dropped: {},
  pending: 0,
  keepAlives: 0,
};

test('connections are given for receivers that have some, closed ones by reason', () => {
  const text = exposition(
    connectionMetrics([
      { ...COUNTS, name: 'udp [::]:9060' },
      { ...COUNTS, name: 'tls [::]:9061', connections: { open: 2, accepted: 9, closed: { handshake: 4, evicted: 1 } } },
    ]),
  );
  assert.deepEqual(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
    [
      'calliope_connections_open{receiver="tls [::]:9061"} 2',
      'calliope_connections_accepted_total{receiver="tls [::]:9061"} 9',
      'calliope_connections_closed_total{receiver="tls [::]:9061",reason="handshake"} 4',
      'calliope_connections_closed_total{receiver="tls [::]:9061",reason="evicted"} 1',
    ],
  );
});
