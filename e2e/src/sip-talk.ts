// A program with two parts: two ends that exchange SIP requests and responses of all sizes, over UDP and TCP, IPv4 and IPv6, each in a network
// namespace of its own. Both write what they sent, a line of JSON each.
import { createHash } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSipStream } from '@calliope/sip';

export const SIP_TALK: string = fileURLToPath(import.meta.url);

export interface SipTalkSettings {
  role: 'caller' | 'callee';
  /** Own addresses, IPv4 and IPv6. */
  addresses: readonly string[];
  /** Those of the other end, in the same order. */
  peers: readonly string[];
  port: number;
  /** Begin of the Call-IDs. */
  prefix: string;
  /** Bytes of the bodies, one request for each over UDP and TCP. */
  bodyBytes: readonly number[];
  /** Datagrams that are no SIP, for each address, sent to a port nobody listens on. */
  noise: number;
}

/** One message as it was sent. */
export interface SipTalkLine {
  sha256: string;
  transport: 'udp' | 'tcp';
  sourceIp: string;
  sourcePort: number;
  destinationIp: string;
  destinationPort: number;
}

interface Flow extends Omit<SipTalkLine, 'sha256'> {
  send(bytes: Buffer): Promise<void>;
}

const NOISE_PORT = 40_000;

function message(startLine: string, callId: string, method: string, body: Buffer): Buffer {
  const head = [
    startLine,
    `Via: SIP/2.0/UDP example.net;branch=z9hG4bK${callId}`,
    `From: <sip:alice@example.net>;tag=${callId}`,
    'To: <sip:bob@example.net>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    'Content-Type: application/octet-stream',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** The same bytes for the same name, of all values. */
function bodyOf(name: string, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 64 < length; i++) parts.push(createHash('sha512').update(`${name} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

async function sendAndTell(flow: Flow, bytes: Buffer): Promise<void> {
  const { send, ...ends } = flow;
  const line: SipTalkLine = { sha256: createHash('sha256').update(bytes).digest('hex'), ...ends };
  console.log(JSON.stringify(line));
  await send(bytes);
}

/** Over TCP in pieces that end anywhere, so that messages begin and end within segments. */
async function sendInPieces(socket: Socket, bytes: Buffer): Promise<void> {
  for (let at = 0, size = 701; at < bytes.length; at += size, size = 2_003) {
    await new Promise<void>((resolve) => socket.write(bytes.subarray(at, at + size), () => resolve()));
  }
}

function tcpFlow(socket: Socket): Flow {
  return {
    transport: 'tcp',
    sourceIp: socket.localAddress!,
    sourcePort: socket.localPort!,
    destinationIp: socket.remoteAddress!,
    destinationPort: socket.remotePort!,
    send: (bytes) => sendInPieces(socket, bytes),
  };
}

function udpFlow(socket: DatagramSocket, destinationIp: string, destinationPort: number): Flow {
  const { address: sourceIp, port: sourcePort } = socket.address();
  return {
    transport: 'udp',
    sourceIp,
    sourcePort,
    destinationIp,
    destinationPort,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.send(bytes, destinationPort, destinationIp, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

async function openUdp(address: string, port: number): Promise<DatagramSocket> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

/** Answers each request with a body as long as its. */
async function answer({ addresses, port }: SipTalkSettings): Promise<void> {
  const respond = (flow: Flow, request: Buffer): Promise<void> => {
    const callId = /\r\nCall-ID: (\S+)/.exec(request.toString('latin1'))![1]!;
    const length = request.length - request.indexOf('\r\n\r\n') - 4;
    return sendAndTell(flow, message('SIP/2.0 200 OK', callId, 'MESSAGE', bodyOf(`${callId} answer`, length)));
  };
  for (const address of addresses) {
    const udp = await openUdp(address, port);
    udp.on('message', (request, from) => void respond(udpFlow(udp, from.address, from.port), request));
    const server = createServer({ noDelay: true }, (socket) => {
      let last = Promise.resolve();
      const stream = createSipStream((bytes, start, end) => {
        const request = Buffer.from(bytes.slice(start, end));
        last = last.then(() => respond(tcpFlow(socket), request));
      });
      socket.on('data', (bytes: Buffer) => stream.push(bytes, 0)).on('error', () => {});
    });
    server.listen(port, address);
    await once(server, 'listening');
  }
  console.log('Ready.');
}

async function call(settings: SipTalkSettings): Promise<void> {
  const { addresses, peers, port, prefix, bodyBytes, noise } = settings;
  let answered = 0;
  for (const [index, address] of addresses.entries()) {
    const peer = peers[index]!;
    const udp = await openUdp(address, port);
    udp.on('message', () => answered++);
    const tcp = connect({ host: peer, port, localAddress: address, noDelay: true });
    await once(tcp, 'connect');
    const stream = createSipStream(() => answered++);
    tcp.on('data', (bytes: Buffer) => stream.push(bytes, 0));
    for (let i = 0; i < noise; i++) udp.send(Buffer.from(`\x80\x08${i}`.padEnd(172), 'latin1'), NOISE_PORT, peer);
    for (const flow of [udpFlow(udp, peer, port), tcpFlow(tcp)]) {
      for (const length of bodyBytes) {
        const callId = `${prefix}-${index}-${flow.transport}-${length}`;
        const request = message('MESSAGE sip:bob@example.net SIP/2.0', callId, 'MESSAGE', bodyOf(callId, length));
        await sendAndTell(flow, request);
      }
    }
  }
  const wanted = 2 * addresses.length * bodyBytes.length;
  for (let waitedMs = 0; answered < wanted && waitedMs < 20_000; waitedMs += 50) await delay(50);
  if (answered < wanted) throw new Error(`${answered} of ${wanted} requests were answered`);
  console.log('Ready.');
  process.exit(0);
}

if (process.argv[1] === SIP_TALK) {
  const settings = JSON.parse(process.argv[2]!) as SipTalkSettings;
  await (settings.role === 'caller' ? call(settings) : answer(settings));
}
