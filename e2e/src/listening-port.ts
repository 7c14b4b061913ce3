import { readFile } from 'node:fs/promises';

/** Resolves when somebody is bound to a port of IPv4 (UDP) or listens on it (TCP), as Linux tells: without a packet, and without binding it oneself. */
export async function waitForListeningPort(transport: 'udp' | 'tcp', port: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isListening(transport, port))) {
    if (Date.now() >= end) throw new Error(`nobody listens on ${transport} port ${port} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function isListening(transport: 'udp' | 'tcp', port: number): Promise<boolean> {
  const table = await readFile(`/proc/net/${transport}`, 'utf8');
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  // "sl  local_address rem_address st …": 0A is LISTEN, 07 what an unconnected UDP socket has.
  const state = transport === 'tcp' ? '0A' : '07';
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === state);
}
