import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HealthReport } from '@calliope/model';
import { type Finding, failure, sizeText, unknown, warning, well } from './doctor-finding.ts';
import type { Configuration } from './settings.ts';

export interface DiskFacts {
  /** The data directory, else the nearest one above it that exists. */
  path: string;
  exists: boolean;
  isWritable: boolean;
  freeBytes: number;
  totalBytes: number;
  freeFiles: number;
  /** 0 where files are not counted, as on btrfs. */
  totalFiles: number;
  /** f_type of statfs(2). */
  type: number;
}

/** linux/magic.h */
const FILE_SYSTEMS: Record<number, { name: string; trouble?: string }> = {
  61267: { name: 'ext4' },
  1481003842: { name: 'xfs' },
  2435016766: { name: 'btrfs' },
  801189825: { name: 'zfs' },
  4076150800: { name: 'f2fs' },
  16914836: { name: 'tmpfs', trouble: 'is in memory and gone after a restart of the machine' },
  2240043254: { name: 'ramfs', trouble: 'is in memory and gone after a restart of the machine' },
  2035054128: { name: 'overlayfs', trouble: "is a container's own and gone with it" },
  26985: { name: 'NFS', trouble: 'is on the network: slow for a database, and not safe with two servers' },
  4283649346: { name: 'CIFS', trouble: 'is on the network: slow for a database, and not safe with two servers' },
  4266872130: { name: 'SMB', trouble: 'is on the network: slow for a database, and not safe with two servers' },
};

const LEAST_FREE_BYTES = 1e9;
const LEAST_FREE_FILES = 100_000;
const DAY_US = 86_400e6;
/** Less than this is no base for a forecast. */
const LEAST_SPAN_US = 3600e6;

/** @throws Error when the file system cannot be asked */
export function readDiskFacts(data: string): DiskFacts {
  let path = data;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  const { bavail, blocks, bsize, ffree, files, type } = statfsSync(path);
  return {
    path,
    exists: path === data,
    isWritable: isWritable(path),
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeFiles: ffree,
    totalFiles: files,
    type,
  };
}

/** Whether what is to be kept has room. @param store what the running server says of the database; null: unknown */
export function checkDisk(
  facts: DiskFacts | { reason: string },
  configuration: Configuration,
  store: HealthReport['store'],
): Finding[] {
  if ('reason' in facts)
    return [unknown('disk', `The file system of ${configuration.data} cannot be asked: ${facts.reason}.`)];
  return [
    checkWritable(facts, configuration),
    checkKind(facts, configuration),
    checkSpace(facts, configuration, store),
    checkFiles(facts),
  ];
}

function checkWritable({ path, exists, isWritable }: DiskFacts, { data }: Configuration): Finding {
  if (isWritable) return well('data directory', exists ? `${data} can be written to.` : `${data} can be made.`);
  return failure(
    'data directory',
    `This user may not write to ${path}.`,
    exists ? `sudo chown -R "$USER" ${data}` : `sudo install -d -m 700 -o "$USER" ${data}`,
  );
}

function checkKind({ path, type }: DiskFacts, { data }: Configuration): Finding {
  const known = FILE_SYSTEMS[type >>> 0];
  if (known?.trouble === undefined)
    return well('file system', `${path} is on ${known?.name ?? `type 0x${(type >>> 0).toString(16)}`}.`);
  return warning(
    'file system',
    `${path} is on ${known.name}, which ${known.trouble}.`,
    `Set data: to a directory on a local disk, and move what is there: sudo systemctl stop calliope && sudo mv ${data} /var/lib/calliope`,
  );
}

function checkSpace(facts: DiskFacts, configuration: Configuration, store: HealthReport['store']): Finding {
  const check = 'disk space';
  const { spoolBytes, retentionBytes, retentionDays } = configuration;
  const { freeBytes, totalBytes } = facts;
  if (freeBytes < LEAST_FREE_BYTES) {
    return failure(
      check,
      `Only ${sizeText(freeBytes)} of ${sizeText(totalBytes)} are free.`,
      `Set retention.disk: ${gigabytes(((store?.bytes ?? 0) + freeBytes) / 2)} in the configuration file, then: calliope reload`,
    );
  }
  const growth = growthUntilRetention(configuration, store);
  const needed = spoolBytes + growth.bytes;
  if (freeBytes >= needed)
    return well(check, `${sizeText(freeBytes)} are free; ${growth.text}the spool may take ${sizeText(spoolBytes)}.`);
  const kept = Math.max(LEAST_FREE_BYTES, (store?.bytes ?? 0) + freeBytes - spoolBytes - LEAST_FREE_BYTES);
  return warning(
    check,
    `${sizeText(freeBytes)} are free, but ${growth.text}the spool may take ${sizeText(spoolBytes)} (spool.limit).`,
    spoolBytes > freeBytes / 2
      ? `Set spool.limit: ${gigabytes(freeBytes / 4)} in the configuration file, then: calliope reload`
      : `Set retention.disk: ${gigabytes(kept)}${retentionBytes === 0 ? '' : ` (it is ${gigabytes(retentionBytes)})`} or less than ${retentionDays} for retention.days in the configuration file, then: calliope reload`,
  );
}

/** How much more the database will take, by its bounds and by how it grew so far. */
function growthUntilRetention(
  { retentionBytes, retentionDays }: Configuration,
  store: HealthReport['store'],
): { bytes: number; text: string } {
  const used = store?.bytes ?? 0;
  const bounds: number[] = [];
  if (retentionBytes > 0) bounds.push(Math.max(0, retentionBytes - used));
  const spanUs = store && store.oldestUs !== null && store.newestUs !== null ? store.newestUs - store.oldestUs : 0;
  if (retentionDays > 0 && spanUs >= LEAST_SPAN_US)
    bounds.push(Math.max(0, (used / spanUs) * retentionDays * DAY_US - used));
  if (bounds.length === 0) return { bytes: 0, text: '' };
  const bytes = Math.min(...bounds);
  return { bytes, text: `the database will take ${sizeText(bytes)} more (retention), and ` };
}

function checkFiles({ freeFiles, totalFiles }: DiskFacts): Finding {
  if (totalFiles === 0 || freeFiles >= LEAST_FREE_FILES)
    return well('files on disk', 'More files can be made than are needed.');
  return warning(
    'files on disk',
    `Only ${freeFiles} more files can be made on this file system.`,
    'sudo du --inodes -x -d 2 / | sort -n | tail   # says where they are',
  );
}

const gigabytes = (bytes: number): string => `${Math.max(1, Math.floor(bytes / 1e9))}GB`;

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
