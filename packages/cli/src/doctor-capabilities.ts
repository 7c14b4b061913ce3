import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Finding, failure, unknown, well } from './doctor-finding.ts';
import { Capability, hasCapability, type ProcessFacts } from './doctor-process.ts';
import type { Configuration } from './settings.ts';

export interface CapabilityFacts {
  /** Of the running server, else of this process; undefined where /proc does not say. */
  process: ProcessFacts | undefined;
  isServer: boolean;
  /** Path of the Node that would get a capability. */
  nodePath: string;
  /** Ports from here on need no capability (net.ipv4.ip_unprivileged_port_start). */
  unprivilegedPortStart: number;
}

export function readCapabilityFacts(facts: ProcessFacts | undefined, isServer: boolean): CapabilityFacts {
  let unprivilegedPortStart = 1024;
  try {
    unprivilegedPortStart = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'latin1'));
  } catch {
    // The kernel's default.
  }
  return { process: facts, isServer, nodePath: process.execPath, unprivilegedPortStart };
}

interface Need {
  name: string;
  capability: bigint;
  why: string;
  dropIn: string;
}

/** Whether the process may do what the configuration asks for. */
export function checkCapabilities(facts: CapabilityFacts, configuration: Configuration): Finding[] {
  const needs = needsOf(configuration, facts.unprivilegedPortStart);
  if (needs.length === 0) return [well('capabilities', 'The configuration needs none.')];
  // All in one, as setcap forgets what was there before.
  const all = needs.map(({ name }) => name.toLowerCase()).join(',');
  return needs.map((need) => check(facts, need, `sudo setcap ${all}+ep ${facts.nodePath}   # started by hand`));
}

function needsOf(configuration: Configuration, unprivilegedPortStart: number): Need[] {
  const needs: Need[] = [];
  if (configuration.ipipEnable) {
    needs.push({
      name: 'CAP_NET_RAW',
      capability: Capability.NET_RAW,
      why: 'IP-in-IP is received by a raw socket (ipip.enable)',
      dropIn: 'ipip.conf',
    });
  }
  const { http, hep, hepTls, hepWebsocket, hepWss } = configuration;
  const low = [http, hep, hepTls, hepWebsocket, hepWss]
    .flatMap((listen) => (listen ? [listen.port] : []))
    .filter((port) => port > 0 && port < unprivilegedPortStart);
  if (low.length > 0) {
    needs.push({
      name: 'CAP_NET_BIND_SERVICE',
      capability: Capability.NET_BIND_SERVICE,
      why: `ports below ${unprivilegedPortStart} are listened on (${low.join(', ')})`,
      dropIn: 'low-ports.conf',
    });
  }
  return needs;
}

function check(facts: CapabilityFacts, { name, capability, why, dropIn }: Need, setcap: string): Finding {
  if (!facts.process)
    return unknown('capabilities', `${name} is needed, as ${why}; whether it is there cannot be found out.`);
  const who = facts.isServer ? `the server (process ${facts.process.pid})` : 'this user';
  if (hasCapability(facts.process, capability)) return well('capabilities', `${who} has ${name}, as ${why}.`);
  return failure(
    'capabilities',
    `${name} is needed, as ${why}, but ${who} does not have it.`,
    `sudo install -D -m 644 ${shipped(dropIn)} /etc/systemd/system/calliope.service.d/${dropIn} && sudo systemctl daemon-reload && sudo systemctl restart calliope   # as a service`,
    setcap,
  );
}

/** Path of a drop-in of the service, as it comes with the program. */
function shipped(dropIn: string): string {
  return fileURLToPath(new URL(`../../../packaging/systemd/${dropIn}`, import.meta.url));
}
