import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeHep, isHepPacket } from '@calliope/hep';
import { emptyPacket } from '@calliope/model';
import type { HepIntake } from '../src/hep-intake.ts';
import { createHepStreamFeed } from '../src/hep-stream-feed.ts';
import { emptyCounters } from '../src/receive-counters.ts';
import { hepFrame } from './hep-senders.ts';

/** A feed whose intake refuses frames that show no key. */
function countedFeed() {
  const counters = emptyCounters();
  const packet = emptyPacket();
  let taken = 0;
  const intake: HepIntake = {
    take(bytes, start, end) {
      counters.received++;
      if (!isHepPacket(decodeHep(bytes, start, end, packet, 0))) counters.undecodable++;
      else if (packet.keyEnd === packet.keyStart) counters.refused++;
      else taken++;
    },
    countGarbage() {
      counters.received++;
      counters.undecodable++;
    },
    setAccess() {},
  };
  const feed = createHepStreamFeed(intake, counters, new Uint8Array(16));
  return { feed, counters, taken: () => taken };
}

const KEYED = hepFrame(undefined, { key: 'k' });
const BARE = hepFrame();

test('says whether a frame among the bytes was let in', () => {
  const { feed } = countedFeed();
  assert.equal(feed.push(BARE, 1), false);
  assert.equal(feed.push(Buffer.from('garbage'), 1), false);
  assert.equal(feed.push(KEYED.subarray(0, 50), 1), false);
  assert.equal(feed.bufferedBytes, 50);
  assert.equal(feed.push(KEYED.subarray(50), 1), true);
  assert.equal(feed.push(Buffer.concat([BARE, KEYED, BARE]), 1), true);
});

test('counts the same however the bytes are split', () => {
  const wire = Buffer.concat([
    KEYED,
    Buffer.from('garbage'),
    BARE,
    KEYED,
    Buffer.from('more'),
    KEYED,
    BARE.subarray(0, 40),
  ]);
  for (let size = 1; size <= wire.length; size += 1 + (size >> 3)) {
    const { feed, counters, taken } = countedFeed();
    for (let at = 0; at < wire.length; at += size) feed.push(wire.subarray(at, at + size), 1);
    feed.end();
    feed.end();
    assert.deepEqual([counters.received, counters.undecodable, counters.refused, taken()], [7, 3, 1, 3], `in ${size}`);
  }
});
