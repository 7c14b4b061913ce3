import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { type Finding, failure, sizeText, unknown, warning, well } from './doctor-finding.ts';
import type { ProcessFacts } from './doctor-process.ts';
import type { Configuration } from './settings.ts';

export interface LimitFacts {
  process: ProcessFacts | undefined;
  totalBytes: number;
  /** Without what other programs could give back. */
  availableBytes: number;
  /** Of the control group that this runs in; undefined: none. */
  groupLimitBytes: number | undefined;
  processors: number;
}

/** Beside the database: receiving, HTTP, the spool. */
const NODE_BYTES = 400e6;
/** HTTP, the spool, the database's client, libraries. */
const OTHER_FILES = 2048;
/** Ports that may each have that many connections of senders: TCP, TLS, WebSocket, WebSocket over TLS. */
const SENDER_PORTS = 4;

export function readLimitFacts(facts: ProcessFacts | undefined): LimitFacts {
  let availableBytes = freemem();
  const match = /^MemAvailable:\s+(\d+) kB/m.exec(readText('/proc/meminfo'));
  if (match) availableBytes = Number(match[1]) * 1024;
  return {
    process: facts,
    totalBytes: totalmem(),
    availableBytes,
    groupLimitBytes: groupLimit(),
    processors: availableParallelism(),
  };
}

/** Whether files and memory suffice for the configuration. @param isRunning then its memory is taken already */
export function checkLimits(facts: LimitFacts, configuration: Configuration, isRunning: boolean): Finding[] {
  return [checkOpenFiles(facts, configuration), checkMemory(facts, configuration, isRunning)];
}

function checkOpenFiles({ process }: LimitFacts, configuration: Configuration): Finding {
  const check = 'open files';
  if (!process) return unknown(check, 'How many files may be open cannot be found out.');
  const { hepTls, hepWebsocket, hepWss } = configuration;
  const ports = Math.min(SENDER_PORTS, 1 + [hepTls, hepWebsocket, hepWss].filter(Boolean).length);
  const needed = ports * configuration.hepTcpConnections + OTHER_FILES;
  if (process.maxOpenFiles >= needed)
    return well(check, `${process.maxOpenFiles} files may be open, ${needed} are enough.`);
  return warning(
    check,
    `${process.maxOpenFiles} files may be open, but ${configuration.hepTcpConnections} connections a port (hep.tcpConnections) and the rest need ${needed}.`,
    `printf '[Service]\\nLimitNOFILE=${2 ** Math.ceil(Math.log2(needed))}\\n' | sudo install -D -m 644 /dev/stdin /etc/systemd/system/calliope.service.d/files.conf && sudo systemctl daemon-reload && sudo systemctl restart calliope   # as a service`,
    `sudo prlimit --pid $$ --nofile=${needed}:${needed}   # in the shell that starts it by hand`,
  );
}

function checkMemory(facts: LimitFacts, { engineMemoryBytes }: Configuration, isRunning: boolean): Finding {
  const check = 'memory';
  const needed = engineMemoryBytes + NODE_BYTES;
  const most = Math.min(facts.totalBytes, facts.groupLimitBytes ?? Number.POSITIVE_INFINITY);
  const where = most === facts.totalBytes ? 'the machine has' : 'the control group allows';
  const mend = `Set engine.memory: ${Math.max(256, Math.floor((most - NODE_BYTES) / 2 / 2 ** 20))}MiB in the configuration file, and restart`;
  const says = `the database may take ${sizeText(engineMemoryBytes)} (engine.memory) and the rest about ${sizeText(NODE_BYTES)}`;
  if (most < needed) return failure(check, `${where} ${sizeText(most)}, but ${says}: it would be killed.`, mend);
  if (!isRunning && facts.availableBytes < needed) {
    return warning(check, `Only ${sizeText(facts.availableBytes)} are free now, and ${says}.`, mend);
  }
  return well(check, `${where} ${sizeText(most)}; ${says}.`);
}

/** memory.max of cgroup 2, or the limit of version 1. */
function groupLimit(): number | undefined {
  const path = /^0::(.*)$/m.exec(readText('/proc/self/cgroup'))?.[1] ?? '/';
  for (const file of [
    `/sys/fs/cgroup${path}/memory.max`,
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ]) {
    const limit = Number.parseInt(readText(file), 10);
    if (Number.isFinite(limit) && limit < 2 ** 60) return limit;
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
