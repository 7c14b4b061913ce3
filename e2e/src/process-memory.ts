import { readFileSync } from 'node:fs';

/** Bytes of a process that no file backs (RssAnon of proc(5)); 0 when it is gone. */
export function anonymousMemory(pid: number): number {
  try {
    return 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
