import { hostname } from 'node:os';
import type { PortRange } from '@calliope/collector';
import {
  type HostPort,
  type Parsed,
  parseBoolean,
  parseBytes,
  parseChoice,
  parseHostPort,
  parseInteger,
  parseListenAddress,
  parseNetwork,
  parseOptionalHostPort,
  parsePortRange,
  parseText,
} from './setting-values.ts';

/** Everything that can be configured, after the check. */
export interface Configuration {
  /** Directory of all that is kept. */
  data: string;
  http: HostPort;
  hep: HostPort;
  nodeName: string;
  /** Keys that HEP senders must show; empty: none is asked for. */
  hepKeys: string[];
  /** Networks that HEP is taken from; empty: any. */
  hepAllow: string[];
  hepTcpConnections: number;
  /** Where HEP is received over TLS, WebSocket, and WebSocket over TLS; undefined: not at all. */
  hepTls: HostPort | undefined;
  hepWebsocket: HostPort | undefined;
  hepWss: HostPort | undefined;
  /** Paths of PEM files; empty: none. */
  hepTlsCert: string;
  hepTlsKey: string;
  hepTlsClientCa: string;
  /** Whether IP-in-IP and GRE are received. */
  ipipEnable: boolean;
  /** Address of this machine at which; `::` is every one. */
  ipip: string;
  /** Inner ports that are looked at; empty: any. */
  ipipPorts: PortRange[];
  /** Networks that encapsulated packets are taken from; empty: any. */
  ipipAllow: string[];
  /** Copies of a packet from several agents are seen at most so far apart; 0: all are stored. */
  dedupWindowMs: number;
  /** Node names and capture ids. */
  dedupExceptNodes: string[];
  dedupSameAgent: boolean;
  spoolBytes: number;
  spoolPolicy: 'drop-oldest' | 'drop-newest';
  retentionDays: number;
  /** 0: no bound. */
  retentionBytes: number;
  engineMemoryBytes: number;
  enginePatienceSeconds: number;
  countryCode: string;
  importBytes: number;
}

/** One setting: its name in the file (dotted), and from it the environment's (`CALLIOPE_HEP_KEYS`) and the flag's (`--hep-keys`). */
export interface Setting<K extends keyof Configuration = keyof Configuration> {
  key: K;
  path: string;
  /** `list` settings take a YAML list, or comma-separated text in the environment and in a flag. */
  list: boolean;
  /** Text form of the default, as a user would write it. */
  fallback: string;
  parse: (text: string) => Parsed<unknown>;
  /** Can be changed while the server runs (SIGHUP, `calliope reload`); all others take a restart. */
  reloadable?: true;
  /** Value placeholder in help. */
  placeholder: string;
  description: string;
}

export const SETTINGS: readonly Setting[] = [
  {
    key: 'data',
    path: 'data',
    list: false,
    fallback: './data',
    parse: parseText(4096),
    placeholder: 'DIR',
    description: 'directory of everything that is kept',
  },
  {
    key: 'http',
    path: 'http',
    list: false,
    fallback: '127.0.0.1:9080',
    parse: parseHostPort,
    placeholder: 'HOST:PORT',
    description: 'where the web interface and the API listen',
  },
  {
    key: 'hep',
    path: 'hep.listen',
    list: false,
    fallback: '[::]:9060',
    parse: parseHostPort,
    placeholder: 'HOST:PORT',
    description: 'where HEP is received, over UDP and plain TCP; [::] is every IPv6 and IPv4 address',
  },
  {
    key: 'hepKeys',
    path: 'hep.keys',
    list: true,
    fallback: '',
    parse: parseText(256),
    reloadable: true,
    placeholder: 'KEY,…',
    description:
      'keys of which a HEP sender must show one; none: not asked for (better in the file or the environment than in a flag)',
  },
  {
    key: 'hepAllow',
    path: 'hep.allow',
    list: true,
    fallback: '',
    parse: parseNetwork,
    reloadable: true,
    placeholder: 'NETWORK,…',
    description: 'networks that HEP is taken from; none: any',
  },
  {
    key: 'hepTcpConnections',
    path: 'hep.tcpConnections',
    list: false,
    fallback: '4096',
    parse: parseInteger(1, 100_000),
    reloadable: true,
    placeholder: 'N',
    description:
      'connections of HEP senders at the same time, on each port by itself (TCP, TLS, WebSocket); at the bound, those that never sent HEP make room',
  },
  {
    key: 'hepTls',
    path: 'hep.tls.listen',
    list: false,
    fallback: '',
    parse: parseOptionalHostPort,
    placeholder: 'HOST:PORT',
    description: 'where HEP is received over TLS (1.2 or newer); needs hep.tls.cert and hep.tls.key',
  },
  {
    key: 'hepTlsCert',
    path: 'hep.tls.cert',
    list: false,
    fallback: '',
    parse: parseText(4096),
    reloadable: true,
    placeholder: 'FILE',
    description: "PEM file with the server's certificate, then the intermediate ones; read again at a reload",
  },
  {
    key: 'hepTlsKey',
    path: 'hep.tls.key',
    list: false,
    fallback: '',
    parse: parseText(4096),
    reloadable: true,
    placeholder: 'FILE',
    description: 'PEM file with its private key, without a passphrase; read again at a reload',
  },
  {
    key: 'hepTlsClientCa',
    path: 'hep.tls.clientCa',
    list: false,
    fallback: '',
    parse: parseText(4096),
    reloadable: true,
    placeholder: 'FILE',
    description:
      'PEM file with certificates of which one must have signed that of a HEP sender; none: senders need no certificate',
  },
  {
    key: 'hepWebsocket',
    path: 'hep.websocket.listen',
    list: false,
    fallback: '',
    parse: parseOptionalHostPort,
    placeholder: 'HOST:PORT',
    description: 'where HEP is received over WebSocket (ws), in binary messages',
  },
  {
    key: 'hepWss',
    path: 'hep.wss.listen',
    list: false,
    fallback: '',
    parse: parseOptionalHostPort,
    placeholder: 'HOST:PORT',
    description: 'where HEP is received over WebSocket with TLS (wss); certificates as for hep.tls',
  },
  {
    key: 'ipipEnable',
    path: 'ipip.enable',
    list: false,
    fallback: 'false',
    parse: parseBoolean,
    placeholder: 'BOOLEAN',
    description: 'receive IP-in-IP (protocols 4 and 41) and GRE from session border controllers; needs CAP_NET_RAW',
  },
  {
    key: 'ipip',
    path: 'ipip.listen',
    list: false,
    fallback: '*',
    parse: parseListenAddress,
    placeholder: 'ADDRESS',
    description: 'address of this machine that IP-in-IP is taken at; * is every one',
  },
  {
    key: 'ipipPorts',
    path: 'ipip.ports',
    list: true,
    fallback: '',
    parse: parsePortRange,
    reloadable: true,
    placeholder: 'PORTS,…',
    description: 'ports within IP-in-IP at which SIP is looked for, such as 5060-5090; none: any',
  },
  {
    key: 'ipipAllow',
    path: 'ipip.allow',
    list: true,
    fallback: '',
    parse: parseNetwork,
    reloadable: true,
    placeholder: 'NETWORK,…',
    description: 'networks that IP-in-IP is taken from (its outer source); none: any',
  },
  {
    key: 'dedupWindowMs',
    path: 'dedup.window',
    list: false,
    fallback: '50',
    parse: parseInteger(0, 60_000),
    reloadable: true,
    placeholder: 'MS',
    description:
      'milliseconds within which a packet that another agent saw before is stored once, with who else saw it; below the shortest interval of retransmissions; 0: all are stored',
  },
  {
    key: 'dedupExceptNodes',
    path: 'dedup.exceptNodes',
    list: true,
    fallback: '',
    parse: parseText(256),
    reloadable: true,
    placeholder: 'NODE,…',
    description: 'node names or capture ids of agents all of whose packets are stored',
  },
  {
    key: 'dedupSameAgent',
    path: 'dedup.sameAgent',
    list: false,
    fallback: 'false',
    parse: parseBoolean,
    reloadable: true,
    placeholder: 'true|false',
    description:
      'whether what one agent sends twice within the window is stored once too (a port mirror that shows packets twice)',
  },
  {
    key: 'nodeName',
    path: 'node.name',
    list: false,
    fallback: hostname() || 'calliope',
    parse: parseText(64),
    placeholder: 'NAME',
    description: "name of this capture node, shown where a sender names none; the machine's name unless set",
  },
  {
    key: 'spoolBytes',
    path: 'spool.limit',
    list: false,
    fallback: '4GiB',
    parse: parseBytes,
    reloadable: true,
    placeholder: 'SIZE',
    description: 'bytes that may wait for the database before messages are dropped (and counted)',
  },
  {
    key: 'spoolPolicy',
    path: 'spool.policy',
    list: false,
    fallback: 'drop-oldest',
    parse: parseChoice(['drop-oldest', 'drop-newest']),
    reloadable: true,
    placeholder: 'POLICY',
    description: 'what is dropped when the spool is full: drop-oldest or drop-newest',
  },
  {
    key: 'retentionDays',
    path: 'retention.days',
    list: false,
    fallback: '30',
    parse: parseInteger(0, 36_500),
    reloadable: true,
    placeholder: 'DAYS',
    description: 'messages older than this are removed; 0 keeps them',
  },
  {
    key: 'retentionBytes',
    path: 'retention.disk',
    list: false,
    fallback: '0',
    parse: parseBytes,
    reloadable: true,
    placeholder: 'SIZE',
    description: 'the oldest messages are removed when the database takes more than this; 0: no bound',
  },
  {
    key: 'engineMemoryBytes',
    path: 'engine.memory',
    list: false,
    fallback: '1GiB',
    parse: parseBytes,
    placeholder: 'SIZE',
    description: 'memory that the embedded database may use',
  },
  {
    key: 'enginePatienceSeconds',
    path: 'engine.patience',
    list: false,
    fallback: '30',
    parse: parseInteger(1, 3600),
    placeholder: 'SECONDS',
    description: 'a database that answers nothing for so long is taken for hung, ended and started again',
  },
  {
    key: 'countryCode',
    path: 'numbers.country',
    list: false,
    fallback: '',
    parse: (text) =>
      /^(|[1-9]\d{0,2})$/.test(text)
        ? { value: text }
        : { expected: 'a country code of one to three digits, such as 49' },
    reloadable: true,
    placeholder: 'CODE',
    description: 'country code of numbers written with a leading 0; without it any country matches',
  },
  {
    key: 'importBytes',
    path: 'import.limit',
    list: false,
    fallback: '4GiB',
    parse: parseBytes,
    placeholder: 'SIZE',
    description: 'largest capture file that the API takes',
  },
];

/** `hep.tcpConnections` → `CALLIOPE_HEP_TCP_CONNECTIONS`; `hep.listen` is `CALLIOPE_HEP`, as its flag is `--hep`. */
export function environmentName(setting: Setting): string {
  return `CALLIOPE_${words(setting).join('_').toUpperCase()}`;
}

/** `hep.tcpConnections` → `--hep-tcp-connections`. */
export function flagName(setting: Setting): string {
  return `--${words(setting).join('-')}`;
}

function words({ path }: Setting): string[] {
  return path
    .replace(/\.listen$/, '')
    .split('.')
    .flatMap((part) => part.split(/(?=[A-Z])/))
    .map((word) => word.toLowerCase());
}
