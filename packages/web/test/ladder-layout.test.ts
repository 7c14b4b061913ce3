import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLadder } from '@calliope/calls';
import { ladderColours } from '../src/view/ladder-colours.ts';
import { idsOfRow, laneLayout, movedLane, nextHopOf, rowIndexOf, timeTexts } from '../src/view/ladder-layout.ts';
import { fakeCall } from './fake-calls.ts';

const START_US = 1_795_352_520_000_000;
/** An index whose call is refused with 503, after a retransmitted INVITE. */
const REFUSED = Array.from({ length: 500 }, (_, index) => index).find(
  (index) => fakeCall(index, START_US).call.responseCode === 503,
)!;

test('lanes are spread over the width, never closer than they can be read', () => {
  const few = laneLayout(3, 900);
  assert.deepEqual([few.gap, few.width, few.xOf(0), few.xOf(2)], [300, 900, 150, 750]);
  assert.ok(laneLayout(40, 900).width > 900);
});

test('a message that is folded into another row is found in it', () => {
  const { messages } = fakeCall(REFUSED, START_US);
  const ladder = buildLadder(messages);
  for (const message of messages) {
    const index = rowIndexOf(ladder.rows, message.id);
    assert.ok(index >= 0 && idsOfRow(ladder.rows[index]!).includes(message.id), message.id);
  }
  assert.equal(rowIndexOf(ladder.rows, 'nobody'), -1);
});

test('the next hop of the first INVITE is the INVITE that goes out from where it came in', () => {
  const ladder = buildLadder(fakeCall(1, START_US).messages);
  const next = nextHopOf(ladder.rows, 0);
  assert.equal(next?.message.method, 'INVITE');
  const first = ladder.rows[0]!;
  assert.ok(first.kind === 'message');
  assert.equal(next?.fromLane, first.toLane);
  assert.equal(nextHopOf(ladder.rows, ladder.rows.length - 1), undefined);
});

test('time texts follow the mode and keep the clock in sight', () => {
  const row = buildLadder(fakeCall(1, START_US).messages).rows[1]!;
  assert.deepEqual(timeTexts(row, 'absolute', 'UTC'), ['13:02:00.000900', '900 µs']);
  assert.deepEqual(timeTexts(row, 'first', 'UTC'), ['+900 µs', '13:02:00.000900']);
  assert.equal(timeTexts(row, 'mark', 'UTC')[0], 'mark one');
});

test('a lane is moved to another place, and at most to an end', () => {
  assert.deepEqual(movedLane(['a', 'b', 'c'], 'a', 1), ['b', 'a', 'c']);
  assert.deepEqual(movedLane(['a', 'b', 'c'], 'a', 9), ['b', 'c', 'a']);
  assert.deepEqual(movedLane(['a', 'b', 'c'], 'c', -1), ['c', 'a', 'b']);
});

test('legs and transactions have colours of their own', () => {
  const ladder = buildLadder([...fakeCall(1, START_US).messages, ...fakeCall(2, START_US + 1).messages]);
  const byLeg = ladderColours(
    ladder.rows,
    'leg',
    ladder.legs.map((leg) => leg.callId),
  );
  assert.equal(byLeg.legend.length, 2);
  assert.notEqual(byLeg.legend[0]!.colour, byLeg.legend[1]!.colour);
  const byTransaction = ladderColours(ladder.rows, 'transaction', []);
  const colours = ladder.rows.flatMap((row) =>
    row.kind === 'note' ? [] : [`${row.transaction} ${byTransaction.colourOf(row)}`],
  );
  const transactions = ladder.rows.flatMap((row) => (row.kind === 'note' ? [] : [row.transaction]));
  assert.equal(new Set(colours).size, new Set(transactions).size);
});
