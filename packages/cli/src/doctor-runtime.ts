import process from 'node:process';
import { loadLibc } from '@calliope/collector';
import { type Finding, failure, warning, well } from './doctor-finding.ts';

export interface RuntimeFacts {
  /** e.g. `26.10.0` */
  nodeVersion: string;
  /** Why glibc cannot be called; undefined when it can. */
  libcReason: string | undefined;
}

const NODE_MAJOR = 26;

export function readRuntimeFacts(): RuntimeFacts {
  const loaded = loadLibc();
  return { nodeVersion: process.versions.node, libcReason: 'reason' in loaded ? loaded.reason : undefined };
}

/** The Node that runs, and whether datagrams can be received through glibc. */
export function checkRuntime({ nodeVersion, libcReason }: RuntimeFacts): Finding[] {
  const node =
    Number.parseInt(nodeVersion, 10) >= NODE_MAJOR
      ? well('node', `Node ${nodeVersion} runs this.`)
      : failure(
          'node',
          `Node ${nodeVersion} runs this, but ${NODE_MAJOR} is needed.`,
          'npm install --include=optional',
        );
  const libc =
    libcReason === undefined
      ? well('receiving', 'Datagrams are received through glibc, many at a time.')
      : warning(
          'receiving',
          `Datagrams are received one by one, at more than twice the CPU time: ${libcReason}.`,
          'npm install --include=optional koffi   # on a 64-bit Linux with glibc, such as Debian',
        );
  return [node, libc];
}
