import { UDP_RECEIVE_BUFFER_BYTES } from '@calliope/collector';
import type { HealthReport } from '@calliope/model';
import { createApiClient } from './api-client.ts';
import { type Finding, failure, setKernelParameter, warning, well } from './doctor-finding.ts';
import { readRunFile } from './run-file.ts';

/** The server that runs on the data directory. */
export interface ServerFacts {
  pid: number;
  url: string;
  /** Or why it does not say how it is. */
  health: HealthReport | { reason: string };
}

/** Undefined when none runs. */
export async function readServerFacts(data: string): Promise<ServerFacts | undefined> {
  const running = readRunFile(data);
  if (!running) return undefined;
  const { pid, url, token } = running;
  try {
    return { pid, url, health: await createApiClient(url, token).json<HealthReport>('health') };
  } catch (error) {
    return { pid, url, health: { reason: (error as Error).message } };
  }
}

const BIG_SKEW_MS = 1000;

/** How the running server is. */
export function checkServer(facts: ServerFacts | undefined): Finding[] {
  const check = 'server';
  if (!facts) return [well(check, 'None runs on this data directory.')];
  const { pid, url, health } = facts;
  if ('reason' in health) {
    return [
      failure(
        check,
        `Process ${pid} has the data directory but does not answer on ${url}: ${health.reason}.`,
        'sudo systemctl restart calliope',
      ),
    ];
  }
  const findings: Finding[] = [];
  const { engine } = health;
  if (engine.state !== 'running') {
    findings.push(
      failure(
        check,
        `The database engine is ${engine.state}${engine.lastError ? ` (${engine.lastError})` : ''}.`,
        'journalctl -u calliope -n 50   # says why',
        'sudo systemctl restart calliope',
      ),
    );
  }
  const kernelDrops = health.receivers.reduce((sum, { dropped }) => sum + (dropped.kernel ?? 0), 0);
  if (kernelDrops > 0) {
    findings.push(
      warning(
        check,
        `The kernel dropped ${kernelDrops} datagrams since the start, as the receiver was not fast enough.`,
        setKernelParameter('net.core.rmem_max', UDP_RECEIVE_BUFFER_BYTES),
        'sudo systemctl restart calliope   # and if it was that already: spread the senders over another node',
      ),
    );
  }
  for (const { node, address, skewMs } of health.agents) {
    if (skewMs === null || Math.abs(skewMs) < BIG_SKEW_MS) continue;
    const far = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead'}`;
    findings.push(
      warning('agents', `The clock of ${node} (${address}) is ${far}.`, `ssh ${address} sudo timedatectl set-ntp true`),
    );
  }
  for (const problem of health.problems) {
    if (!/the kernel dropped|database engine is/.test(problem))
      findings.push(warning(check, problem, 'calliope health'));
  }
  if (findings.length === 0) findings.push(well(check, `Process ${pid} runs on ${url}, and all is well.`));
  return findings;
}
