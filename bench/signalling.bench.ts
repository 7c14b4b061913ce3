// What the counting of methods, status codes and delays costs in the receive path: nothing but `observe`, of messages that are scanned already.
import { createSignallingMetrics } from '@calliope/collector';
import { emptyFields, emptyPacket, type MessageFields } from '@calliope/model';
import { scanSip } from '@calliope/sip';

const CALLS = 200_000;
const ROUNDS = 5;

interface Seen {
  packet: ReturnType<typeof emptyPacket>;
  fields: MessageFields;
}

/** One message of each kind; the Call-ID's last eight digits are set for each call. */
function seen(first: string, method: string, fromCaller: boolean): Seen & { digitsAt: number } {
  const callId = '8a6d6f0e-33f1-4b60-9f2e-00000000@192.0.2.1';
  const text = `${first}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds\r\nFrom: <sip:+4930123456@example.net>;tag=9fxced76sl\r\nTo: <sip:+49697654321@example.net>${fromCaller ? '' : ';tag=8321234356'}\r\nCall-ID: ${callId}\r\nCSeq: 314159 ${method}\r\nContent-Length: 0\r\n\r\n`;
  const payload = new TextEncoder().encode(text);
  const fields = emptyFields();
  scanSip(payload, 0, payload.length, fields);
  const packet = emptyPacket();
  packet.head = fromCaller ? Uint8Array.of(192, 0, 2, 1, 192, 0, 2, 2) : Uint8Array.of(192, 0, 2, 2, 192, 0, 2, 1);
  packet.destinationAt = 4;
  return { packet, fields, digitsAt: text.indexOf('00000000@') };
}

const invite = () => seen('INVITE sip:+49697654321@example.net SIP/2.0', 'INVITE', true);
const answer = (code: number, method: string) => seen(`SIP/2.0 ${code} Yes`, method, false);
const MIXES: Record<string, (Seen & { digitsAt: number })[]> = {
  'calls of seven messages': [
    invite(),
    answer(100, 'INVITE'),
    answer(180, 'INVITE'),
    answer(200, 'INVITE'),
    seen('ACK sip:+49697654321@example.net SIP/2.0', 'ACK', false),
    seen('BYE sip:+49697654321@example.net SIP/2.0', 'BYE', false),
    answer(200, 'BYE'),
  ],
  'registrations with a challenge': [
    seen('REGISTER sip:example.net SIP/2.0', 'REGISTER', true),
    answer(401, 'REGISTER'),
    seen('REGISTER sip:example.net SIP/2.0', 'REGISTER', true),
    answer(200, 'REGISTER'),
  ],
  'INVITEs that nobody answers': [invite()],
  'OPTIONS and their answers': [seen('OPTIONS sip:example.net SIP/2.0', 'OPTIONS', true), answer(200, 'OPTIONS')],
};

/** With `spread`, so many calls are under way at the same time: the table is larger than the caches nearest to the processor. */
function run(mix: readonly (Seen & { digitsAt: number })[], spread: number, observes: boolean): number {
  const metrics = createSignallingMetrics();
  let timeUs = 1_790_000_000_000_000;
  const start = process.cpuUsage();
  for (let base = 0; base < CALLS; base += spread) {
    for (const { packet, fields, digitsAt } of mix) {
      for (let call = base; call < base + spread; call++) {
        for (let i = digitsAt + 7, rest = call; i >= digitsAt; i--, rest = (rest / 10) | 0)
          fields.bytes[i] = 48 + (rest % 10);
        packet.timestampUs = timeUs += 5;
        if (observes) metrics.observe(packet, fields);
      }
    }
  }
  const { user, system } = process.cpuUsage(start);
  metrics.report();
  return ((user + system) * 1000) / (CALLS * mix.length);
}

for (const [name, mix] of Object.entries(MIXES)) {
  for (const spread of [1, 20_000]) {
    const pairs = Array.from({ length: ROUNDS }, () => [run(mix, spread, true), run(mix, spread, false)] as const);
    const best = (which: 0 | 1) => Math.min(...pairs.map((pair) => pair[which]));
    console.log(
      `${name}, ${spread} at the same time: ${(best(0) - best(1)).toFixed(1)} ns a message (of ${best(0).toFixed(1)} with the making of the message)`,
    );
  }
}
