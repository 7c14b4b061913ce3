import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { type Finding, failure, warning, well } from './doctor-finding.ts';
import { findSocketOwner, type SocketOwner } from './doctor-socket-owner.ts';
import { formatHostPort, type HostPort } from './setting-values.ts';
import type { Configuration } from './settings.ts';

export interface PortFacts {
  /** What listens there: `HTTP`, `HEP over UDP` … */
  use: string;
  protocol: 'tcp' | 'udp';
  listen: HostPort;
  /** Why it cannot be listened on, as `EADDRINUSE`; undefined when it can. */
  error: string | undefined;
  /** Who holds it, when it is in use and that can be seen. */
  owner: SocketOwner | undefined;
}

/** Tries to listen on each port of the configuration, and lets go at once. */
export async function readPortFacts(configuration: Configuration): Promise<PortFacts[]> {
  const { http, hep, hepTls, hepWebsocket, hepWss } = configuration;
  const wanted: [use: string, protocol: 'tcp' | 'udp', listen: HostPort | undefined][] = [
    ['HTTP', 'tcp', http],
    ['HEP over UDP', 'udp', hep],
    ['HEP over TCP', 'tcp', hep],
    ['HEP over TLS', 'tcp', hepTls],
    ['HEP over WebSocket', 'tcp', hepWebsocket],
    ['HEP over WebSocket with TLS', 'tcp', hepWss],
  ];
  const facts: PortFacts[] = [];
  for (const [use, protocol, listen] of wanted) {
    if (!listen || listen.port === 0) continue;
    const error = await (protocol === 'tcp' ? tryTcp(listen) : tryUdp(listen));
    const owner = error === 'EADDRINUSE' ? findSocketOwner(protocol, listen.port) : undefined;
    facts.push({ use, protocol, listen, error, owner });
  }
  return facts;
}

/** Whether every port is free, or held by the running server. */
export function checkPorts(ports: readonly PortFacts[], serverPid: number | undefined): Finding[] {
  return ports.map((port) => checkPort(port, serverPid));
}

function checkPort({ use, protocol, listen, error, owner }: PortFacts, serverPid: number | undefined): Finding {
  const check = 'ports';
  const where = `${use} on ${formatHostPort(listen)}`;
  if (error === undefined) {
    return serverPid === undefined
      ? well(check, `${where}: free.`)
      : warning(
          check,
          `${where}: free, though a server runs (process ${serverPid}): it was started with another configuration.`,
          'calliope health   # says where it listens',
        );
  }
  if (error === 'EADDRINUSE') {
    if (owner && owner.pid === serverPid)
      return well(check, `${where}: held by the running server (process ${owner.pid}).`);
    if (!owner) {
      return serverPid === undefined
        ? failure(
            check,
            `${where}: held by a process of another user.`,
            `sudo ss -lnp${protocol === 'tcp' ? 't' : 'u'} 'sport = :${listen.port}'   # says which`,
          )
        : well(check, `${where}: held, by all signs by the running server (process ${serverPid}).`);
    }
    return failure(
      check,
      `${where}: held by ${owner.name} (process ${owner.pid}${owner.unit ? `, ${owner.unit}` : ''}).`,
      owner.unit ? `sudo systemctl disable --now ${owner.unit}` : `kill ${owner.pid}`,
    );
  }
  if (error === 'EADDRNOTAVAIL')
    return failure(check, `${where}: this machine has no such address.`, 'ip -brief address   # says which it has');
  if (error === 'EACCES') {
    return failure(
      check,
      `${where}: the system does not allow it to this user.`,
      'Take a port from 1024 on, or see capabilities',
    );
  }
  return failure(check, `${where}: ${error}.`);
}

function tryTcp({ host, port }: HostPort): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  return promise;
}

function tryUdp({ host, port }: HostPort): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.once('error', (error: NodeJS.ErrnoException) => {
    socket.close();
    resolve(error.code ?? error.message);
  });
  socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  return promise;
}
