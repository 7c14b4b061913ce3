import { readFileSync } from 'node:fs';
import { probeReceiveBuffer, UDP_RECEIVE_BUFFER_BYTES } from '@calliope/collector';
import { type Finding, setKernelParameter, sizeText, unknown, warning, well } from './doctor-finding.ts';

export interface BufferFacts {
  /** What a UDP receiver asks for. */
  wantedBytes: number;
  /** net.core.rmem_max; undefined where it cannot be read, as in some containers. */
  rmemMax: number | undefined;
  /** What this process got when it asked as the receiver does, the kernel's own overhead included; or why it could not ask. */
  granted: { grantedBytes: number } | { reason: string };
  /** net.core.netdev_max_backlog: packets that wait between a card and the sockets, for each CPU. */
  backlog: number | undefined;
  /** Packets lost since the machine started as that was full (/proc/net/softnet_stat). */
  backlogDrops: number | undefined;
}

/** 150,000 messages/s for a tenth of a second, on one CPU. */
const ENOUGH_BACKLOG = 16_384;

export function readBufferFacts(): BufferFacts {
  return {
    wantedBytes: UDP_RECEIVE_BUFFER_BYTES,
    rmemMax: readNumber('/proc/sys/net/core/rmem_max'),
    granted: probeReceiveBuffer(UDP_RECEIVE_BUFFER_BYTES),
    backlog: readNumber('/proc/sys/net/core/netdev_max_backlog'),
    backlogDrops: readBacklogDrops(),
  };
}

/** Whether the kernel keeps what comes while the receiver is busy. */
export function checkBuffers(facts: BufferFacts): Finding[] {
  return [checkReceiveBuffer(facts), checkBacklog(facts)];
}

function checkReceiveBuffer({ wantedBytes, rmemMax, granted }: BufferFacts): Finding {
  const check = 'receive buffer';
  const mend = setKernelParameter('net.core.rmem_max', wantedBytes);
  const mayNow = 'grantedBytes' in granted && granted.grantedBytes >= wantedBytes;
  if (rmemMax === undefined) {
    if (mayNow) return well(check, `${sizeText(wantedBytes)} of datagrams may wait in the kernel.`);
    return 'reason' in granted
      ? unknown(check, `What the kernel buffers cannot be found out: ${granted.reason}.`)
      : warning(check, `The kernel buffers ${sizeText(granted.grantedBytes)}: bursts may be lost.`, mend);
  }
  if (rmemMax >= wantedBytes)
    return well(check, `net.core.rmem_max allows the ${sizeText(wantedBytes)} that are asked for.`);
  if (mayNow) {
    return warning(
      check,
      `net.core.rmem_max allows ${sizeText(rmemMax)}; this user gets ${sizeText(wantedBytes)} all the same, by CAP_NET_ADMIN, which a service need not have.`,
      mend,
    );
  }
  return warning(
    check,
    `net.core.rmem_max allows ${sizeText(rmemMax)}, ${sizeText(wantedBytes)} are asked for: bursts may be lost.`,
    mend,
  );
}

function checkBacklog({ backlog, backlogDrops }: BufferFacts): Finding {
  const check = 'network backlog';
  if (backlog === undefined) return unknown(check, 'net.core.netdev_max_backlog cannot be read.');
  const mend = setKernelParameter('net.core.netdev_max_backlog', ENOUGH_BACKLOG);
  if ((backlogDrops ?? 0) > 0 && backlog < ENOUGH_BACKLOG) {
    return warning(
      check,
      `${backlogDrops} packets were lost since the machine started, as the queue before the sockets was full (net.core.netdev_max_backlog is ${backlog}).`,
      mend,
    );
  }
  if (backlog < ENOUGH_BACKLOG) {
    return warning(
      check,
      `net.core.netdev_max_backlog is ${backlog}; with ${ENOUGH_BACKLOG} short bursts are not lost before the socket.`,
      mend,
    );
  }
  return well(check, `net.core.netdev_max_backlog is ${backlog}.`);
}

function readNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(path, 'latin1'));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readBacklogDrops(): number | undefined {
  try {
    return parseBacklogDrops(readFileSync('/proc/net/softnet_stat', 'latin1'));
  } catch {
    return undefined;
  }
}

/** Sum of the second column, in hexadecimal, of each CPU's line. */
export function parseBacklogDrops(text: string): number {
  return text
    .split('\n')
    .map((line) => Number.parseInt(line.trim().split(/\s+/)[1] ?? '', 16))
    .reduce((sum, drops) => sum + (Number.isNaN(drops) ? 0 : drops), 0);
}
