import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who holds a port. */
export interface SocketOwner {
  pid: number;
  /** Name of the program. */
  name: string;
  /** The systemd service that it belongs to, e.g. `kamailio.service`. */
  unit: string | undefined;
}

const LISTENING: Record<'tcp' | 'udp', string> = { tcp: '0A', udp: '07' };

/** The process that listens on a port of this machine; undefined when none does or it is not to be seen (another user's, without root). */
export function findSocketOwner(protocol: 'tcp' | 'udp', port: number): SocketOwner | undefined {
  const inodes = new Set<string>();
  for (const table of [protocol, `${protocol}6`]) {
    for (const inode of socketInodes(readText(`/proc/net/${table}`), port, LISTENING[protocol])) inodes.add(inode);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const unit = /\/([^/\n]+\.service)(?:\/|$)/m.exec(readText(`/proc/${pid}/cgroup`))?.[1];
      return { pid: Number(pid), name: readText(`/proc/${pid}/comm`).trim(), unit };
    }
  }
  return undefined;
}

/** Inodes of the sockets in a state on a local port. @param table content of /proc/net/tcp and the like (proc_net(5)) */
export function socketInodes(table: string, port: number, state: string): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === state && fields[9] !== undefined)
    .map((fields) => fields[9]!);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
