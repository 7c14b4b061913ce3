import { existsSync } from 'node:fs';
import { type KernelClock, readKernelClock } from '@calliope/collector';
import { type Finding, unknown, warning, well } from './doctor-finding.ts';

export interface ClockFacts {
  clock: KernelClock | { reason: string };
  /** Whether systemd-timesyncd is installed, which `timedatectl` switches on. */
  hasTimesyncd: boolean;
  /** Whether chrony or ntpd is. */
  other: 'chrony' | 'ntpsec' | undefined;
}

export function readClockFacts(): ClockFacts {
  const other = existsSync('/usr/sbin/chronyd') ? 'chrony' : existsSync('/usr/sbin/ntpd') ? 'ntpsec' : undefined;
  return { clock: readKernelClock(), hasTimesyncd: existsSync('/lib/systemd/systemd-timesyncd'), other };
}

/** Whether the clock is kept right: times of messages that come without one, of legs seen by several nodes, and retention depend on it. */
export function checkClock({ clock, hasTimesyncd, other }: ClockFacts): Finding[] {
  const check = 'clock';
  if ('reason' in clock)
    return [unknown(check, `Whether the clock is kept right cannot be found out: ${clock.reason}.`)];
  if (clock.isSynchronised) {
    return [well(check, `The clock is kept right, to ${(clock.maxErrorUs / 1000).toFixed(0)} ms at worst.`)];
  }
  const mend =
    other !== undefined
      ? `sudo systemctl enable --now ${other}`
      : hasTimesyncd
        ? 'sudo timedatectl set-ntp true'
        : 'sudo apt-get install -y chrony';
  return [
    warning(check, 'Nothing keeps the clock right: times of different agents and nodes will not fit together.', mend),
  ];
}
