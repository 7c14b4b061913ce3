// A process that opens connections and says nothing on them; started by `openIdleConnections`, told by its arguments, ended by its parent.
import { connect } from 'node:net';
import process from 'node:process';

/** What it tells its parent. */
export interface IdleConnectionsReport {
  connected: number;
  /** Of these, those that the other side has closed since. */
  closed: number;
}

const AT_ONCE = 50;

const [port, count, ...sources] = process.argv.slice(2) as [string, string, ...string[]];
const report: IdleConnectionsReport = { connected: 0, closed: 0 };

async function open(index: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress: sources[index % sources.length]! });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let isConnected = false;
  const connected = new Promise<void>((resolve) => {
    socket.once('connect', () => {
      isConnected = true;
      report.connected++;
      resolve();
    });
  });
  closed.then(() => {
    if (isConnected) report.closed++;
  });
  await Promise.race([connected, closed]);
  // Read, or the end of the connection would go unnoticed.
  socket.resume();
}

process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(report));
let next = 0;
const work = async (): Promise<void> => {
  while (next < Number(count)) await open(next++);
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
process.send?.(report);
