import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** Programs that tests may want, and in which Debian package they are. */
export const PROGRAM_PACKAGES = {
  kamailio: 'kamailio',
  sipp: 'sip-tester',
  sngrep: 'sngrep',
  tshark: 'tshark',
  dumpcap: 'wireshark-common',
  tmux: 'tmux',
  openssl: 'openssl',
  ip: 'iproute2',
  tc: 'iproute2',
  setpriv: 'util-linux',
  'systemd-analyze': 'systemd',
  chromium: 'chromium',
} as const;

export type ProgramName = keyof typeof PROGRAM_PACKAGES;

/** Whether a program can be run from the PATH, or from /usr/sbin where Debian keeps servers. */
export function hasProgram(name: ProgramName): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** For the `skip` option of a test: false when everything is there, else a sentence of what to install. */
export function skipReason(...names: ProgramName[]): string | false {
  const missing = names.filter((name) => !hasProgram(name));
  if (missing.length === 0) return false;
  return `needs ${missing.join(', ')}: apt-get install ${missing.map((name) => PROGRAM_PACKAGES[name]).join(' ')}`;
}
