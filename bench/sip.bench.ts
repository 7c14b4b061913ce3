// What reading SIP costs: the scan that every captured message goes through, and the whole parse that display takes. Messages differ in
// their numbers, names and identifiers. Prints messages/s, CPU-µs and bytes allocated a message; of the scan also the best of many
// rounds, which other work on the machine disturbs least.
import process from 'node:process';
import { emptyFields } from '@calliope/model';
import { parseSip, scanSip } from '@calliope/sip';

const MESSAGES = 512;
const SDP = [
  'v=0',
  'o=- 3907 3907 IN IP4 192.0.2.41',
  's=-',
  'c=IN IP4 192.0.2.41',
  't=0 0',
  'm=audio 20344 RTP/AVP 8 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

/** A number of the given count of digits that depends on `index` alone. */
function digits(index: number, count: number): string {
  return String((index * 2_654_435_761) % 10 ** count).padStart(count, '0');
}

function invite(index: number): string {
  const from = `+49${digits(index, 8 + (index % 4))}`;
  return [
    `INVITE sip:+49${digits(index + 7, 9)}@gw3.example.net;user=phone SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK${digits(index + 3, 9)}`,
    'Max-Forwards: 69',
    `From: "Alice" <sip:${from}@sbc1.example.net>;tag=${digits(index + 1, 9)}`,
    `To: <sip:+49${digits(index + 7, 9)}@gw3.example.net>`,
    `Call-ID: ${digits(index + 2, 14 + (index % 3))}@192.0.2.40`,
    `CSeq: ${1 + (index % 300)} INVITE`,
    `Contact: <sip:${from}@192.0.2.40:5060>`,
    'User-Agent: ExampleSBC 8.4.0-p12 (build 17442)',
    'Content-Type: application/sdp',
    `Content-Length: ${SDP.length}`,
    '',
    SDP,
  ].join('\r\n');
}

function ok(index: number): string {
  return [
    'SIP/2.0 200 OK',
    `Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK${digits(index + 3, 9)};rport=5060;received=192.0.2.40`,
    `From: <sip:+49${digits(index, 8 + (index % 4))}@sbc1.example.net;user=phone>;tag=${digits(index + 1, 9)}`,
    `To: <sip:+49${digits(index + 7, 9)}@gw3.example.net;user=phone>;tag=${digits(index + 5, 9)}`,
    `Call-ID: ${digits(index + 2, 14 + (index % 3))}@192.0.2.40`,
    `CSeq: ${1 + (index % 300)} INVITE`,
    `Contact: <sip:+49${digits(index + 7, 9)}@192.0.2.50:5060;transport=udp>`,
    'Server: ExampleGW 3.2.1',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, NOTIFY, REFER',
    'Supported: 100rel, timer, replaces',
    'Content-Type: application/sdp',
    `Content-Length: ${SDP.length}`,
    '',
    SDP,
  ].join('\r\n');
}

function register(index: number): string {
  const user = `user${digits(index, 3 + (index % 5))}`;
  return [
    'REGISTER sip:example.net SIP/2.0',
    `Via: SIP/2.0/TLS 192.0.2.77:49152;branch=z9hG4bK${digits(index + 3, 9)};rport`,
    'Max-Forwards: 70',
    `From: <sip:${user}@example.net>;tag=${digits(index + 1, 9)}`,
    `To: <sip:${user}@example.net>`,
    `Call-ID: ${digits(index + 2, 14 + (index % 3))}`,
    `CSeq: ${1 + (index % 300)} REGISTER`,
    `Contact: <sip:${user}@192.0.2.77:49152;transport=tls>;expires=600`,
    `Authorization: Digest username="${user}", realm="example.net", nonce="${digits(index, 15)}", uri="sip:example.net", response="6629fae49393a05397450978507c4ef1", algorithm=MD5`,
    'User-Agent: ExamplePhone 1.2',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

interface Corpus {
  bytes: Uint8Array;
  ends: number[];
}

function corpusOf(make: (index: number) => string): Corpus {
  const messages = Array.from({ length: MESSAGES }, (_, index) => new TextEncoder().encode(make(index)));
  const bytes = new Uint8Array(messages.reduce((sum, message) => sum + message.length, 0));
  const ends: number[] = [];
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
    ends.push(at);
  }
  return { bytes, ends };
}

function measure(name: string, corpus: Corpus, rounds: number, take: (start: number, end: number) => void): void {
  const round = () => {
    let start = 0;
    for (const end of corpus.ends) {
      take(start, end);
      start = end;
    }
  };
  for (let i = 0; i < rounds / 4; i++) round();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const before = performance.now();
    round();
    best = Math.min(best, performance.now() - before);
  }
  const seconds = (performance.now() - begin) / 1000;
  const used = process.cpuUsage(cpu);
  const messages = rounds * MESSAGES;
  console.log(
    `${name.padEnd(28)} ${Math.round(messages / seconds)
      .toLocaleString('en')
      .padStart(10)} messages/s  ` +
      `${((used.user + used.system) / messages).toFixed(2)} CPU-µs/message (best ${((best * 1000) / MESSAGES).toFixed(2)})  ` +
      `${allocatedBytes(corpus, take).toFixed(0)} B allocated/message  (${Math.round(corpus.bytes.length / MESSAGES)} B messages)`,
  );
}

/** Growth of the heap by so few messages that no collection comes in between; the least of several tries, a message. */
function allocatedBytes(corpus: Corpus, take: (start: number, end: number) => void): number {
  const count = 64;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    let start = 0;
    for (let j = 0; j < count; j++) {
      const end = corpus.ends[j]!;
      take(start, end);
      start = end;
    }
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) least = Math.min(least, grown / count);
  }
  return least;
}

const fields = emptyFields();
const kinds: [name: string, make: (index: number) => string][] = [
  ['INVITE with SDP', invite],
  ['200 OK with SDP', ok],
  ['REGISTER', register],
];
let defects = 0;
for (const [name, make] of kinds) {
  const corpus = corpusOf(make);
  measure(`scanSip  ${name}`, corpus, 2000, (start, end) => {
    scanSip(corpus.bytes, start, end, fields);
    defects |= fields.defects;
  });
}
for (const [name, make] of kinds) {
  const corpus = corpusOf(make);
  measure(`parseSip ${name}`, corpus, 150, (start, end) => {
    defects |= parseSip(corpus.bytes.subarray(start, end)).fields.defects;
  });
}
if (defects !== 0) throw new Error('the messages are not as they should be');
