import { hostname } from 'node:os';
import {
  type HostPort,
  type Parsed,
  parseBytes,
  parseChoice,
  parseHostPort,
  parseInteger,
  parseNetwork,
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
    description: 'where HEP is received, over UDP and TCP; [::] is every IPv6 and IPv4 address',
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
    fallback: '1000',
    parse: parseInteger(1, 100_000),
    reloadable: true,
    placeholder: 'N',
    description: 'TCP connections of HEP senders at the same time',
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
