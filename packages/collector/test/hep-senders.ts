import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { encodeHep3, type HepFields } from '@calliope/hep';

let number = 0;

/** A whole OPTIONS with a Call-ID of its own. */
export function optionsRequest(callId = `call-${++number}@example.net`): string {
  return [
    'OPTIONS sip:bob@example.net SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc',
    'From: <sip:alice@example.net>;tag=1',
    'To: <sip:bob@example.net>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

export function hepFrame(payload: string = optionsRequest(), fields: Partial<HepFields> = {}): Uint8Array {
  const frame = encodeHep3({
    timestampUs: Date.now() * 1000,
    sourceIp: '192.0.2.1',
    destinationIp: '192.0.2.2',
    sourcePort: 5060,
    destinationPort: 5060,
    payload: Buffer.from(payload, 'latin1'),
    captureId: 2001,
    ...fields,
  });
  if (!frame) throw new Error('the payload does not fit');
  return frame;
}

/** `[::1]:9060` → address and port. */
export function parseEndpoint(endpoint: string): { host: string; port: number } {
  const match = /^\[?(.*?)\]?:(\d+)$/.exec(endpoint);
  return { host: match![1]!, port: Number(match![2]) };
}

/** Sends datagrams to a port of `host`, each after the one before has been taken by the system. */
export async function sendUdp(host: string, port: number, datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, host, (error) => (error ? reject(error) : resolve()));
    });
  }
  await new Promise<void>((resolve) => socket.close(resolve));
}

/** Sends pieces over one connection and closes it. */
export async function sendTcp(host: string, port: number, pieces: readonly Uint8Array[]): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  await new Promise<void>((resolve) =>
    socket
      .once('close', () => resolve())
      .end()
      .resume(),
  );
}

/** Waits until `isTrue`, looking again every few milliseconds; fails after ten seconds. */
export async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain: ${what}`);
}
