import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of one stage. */
export interface StageCpu {
  userUs: number;
  systemUs: number;
}

/** By stage, `engine: MergeMutate` and the like: the process's role and the thread's name. */
export type CpuByStage = Map<string, StageCpu>;

export interface MemoryPeak {
  /** Resident bytes of all processes but the one that measures, added up: what they share is counted for each. */
  bytes: number;
  /** The same without the sender. */
  calliopeBytes: number;
  /** At the moment of the greatest sum: resident bytes and, of those, the ones that no file backs. */
  byRole: Record<string, { bytes: number; anonymousBytes: number }>;
}

/** Watches processes through /proc (proc(5)). */
export interface ProcessWatch {
  add(role: string, pid: number): void;
  /** Reads memory and CPU of all. Call some times a second: threads that end between two calls are known by their process's sum only. */
  sample(): void;
  cpu(): CpuByStage;
  memory(): MemoryPeak;
}

const TICK_US = 10_000;

export function createProcessWatch(): ProcessWatch {
  const pids = new Map<number, string>();
  const threads = new Map<string, { pid: number; stage: string; userUs: number; systemUs: number }>();
  const processes = new Map<number, StageCpu>();
  let peak: MemoryPeak = { bytes: 0, calliopeBytes: 0, byRole: {} };
  let calliopeBytes = 0;

  function sampleCpu(pid: number, role: string): void {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const stat = readText(`/proc/${pid}/task/${thread}/stat`);
      if (stat === undefined) continue;
      const { name, ...cpu } = parseStat(stat);
      const isMain = Number(thread) === pid;
      // A process's sum comes before its threads', so that it is never less than they are together.
      threads.set(`${pid}/${thread}`, { pid, stage: `${role}: ${isMain ? 'main thread' : name}`, ...cpu });
    }
    const whole = readText(`/proc/${pid}/stat`);
    if (whole !== undefined) processes.set(pid, parseStat(whole));
  }

  return {
    add: (role, pid) => pids.set(pid, role),
    sample() {
      const byRole: MemoryPeak['byRole'] = {};
      for (const [pid, role] of pids) {
        const status = readText(`/proc/${pid}/status`);
        if (status === undefined) continue;
        const field = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
        byRole[role] = { bytes: field('VmRSS') || 0, anonymousBytes: field('RssAnon') || 0 };
        try {
          sampleCpu(pid, role);
        } catch {
          // It ended meanwhile.
        }
      }
      const sum = (roles: readonly string[]): number => roles.reduce((bytes, role) => bytes + byRole[role]!.bytes, 0);
      const roles = Object.keys(byRole).filter((role) => role !== 'measuring');
      calliopeBytes = Math.max(calliopeBytes, sum(roles.filter((role) => role !== 'sender')));
      if (sum(roles) > peak.bytes) peak = { bytes: sum(roles), calliopeBytes: 0, byRole };
    },
    cpu() {
      const stages: CpuByStage = new Map();
      const add = (stage: string, { userUs, systemUs }: StageCpu): void => {
        const sum = stages.get(stage);
        stages.set(stage, { userUs: (sum?.userUs ?? 0) + userUs, systemUs: (sum?.systemUs ?? 0) + systemUs });
      };
      for (const [pid, whole] of processes) {
        const rest = { ...whole };
        for (const thread of threads.values()) {
          if (thread.pid !== pid) continue;
          add(thread.stage, thread);
          rest.userUs -= thread.userUs;
          rest.systemUs -= thread.systemUs;
        }
        add(`${pids.get(pid)}: threads that ended`, {
          userUs: Math.max(0, rest.userUs),
          systemUs: Math.max(0, rest.systemUs),
        });
      }
      return stages;
    },
    memory: () => ({ ...peak, calliopeBytes }),
  };
}

/** What was used between two readings. */
export function cpuBetween(before: CpuByStage, after: CpuByStage): CpuByStage {
  return new Map(
    [...after].map(([stage, { userUs, systemUs }]) => {
      const earlier = before.get(stage);
      return [stage, { userUs: userUs - (earlier?.userUs ?? 0), systemUs: systemUs - (earlier?.systemUs ?? 0) }];
    }),
  );
}

/** User and system time of all stages of a role. */
export function cpuOfRole(cpu: CpuByStage, role: string): number {
  let us = 0;
  for (const [stage, { userUs, systemUs }] of cpu) if (stage.startsWith(`${role}: `)) us += userUs + systemUs;
  return us;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The thread or process is gone.
    return undefined;
  }
}

/** Fields 2, 14 and 15; the name may hold blanks and brackets. Numbers at the end of a thread's name are left out. */
function parseStat(stat: string): { name: string; userUs: number; systemUs: number } {
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  const name = stat.slice(stat.indexOf('(') + 1, close).replace(/[ #_-]?\d+$/, '');
  return { name, userUs: Number(fields[11]) * TICK_US, systemUs: Number(fields[12]) * TICK_US };
}
