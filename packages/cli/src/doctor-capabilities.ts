import { readFileSync } from 'node:fs';
import process from 'node:process';
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

/** Whether the process may do what the configuration asks for. */
export function checkCapabilities(facts: CapabilityFacts, configuration: Configuration): Finding[] {
  const findings: Finding[] = [];
  if (configuration.ipipEnable) {
    findings.push(
      check(
        facts,
        'CAP_NET_RAW',
        Capability.NET_RAW,
        'IP-in-IP is received by a raw socket (ipip.enable)',
        'ipip.conf',
      ),
    );
  }
  const { http, hep, hepTls, hepWebsocket, hepWss } = configuration;
  const low = [http, hep, hepTls, hepWebsocket, hepWss]
    .flatMap((listen) => (listen ? [listen.port] : []))
    .filter((port) => port > 0 && port < facts.unprivilegedPortStart);
  if (low.length > 0) {
    findings.push(
      check(
        facts,
        'CAP_NET_BIND_SERVICE',
        Capability.NET_BIND_SERVICE,
        `ports below ${facts.unprivilegedPortStart} are listened on (${low.join(', ')})`,
        'low-ports.conf',
      ),
    );
  }
  if (findings.length === 0) findings.push(well('capabilities', 'The configuration needs none.'));
  return findings;
}

function check(facts: CapabilityFacts, name: string, capability: bigint, why: string, dropIn: string): Finding {
  if (!facts.process)
    return unknown('capabilities', `${name} is needed, as ${why}; whether it is there cannot be found out.`);
  const who = facts.isServer ? `the server (process ${facts.process.pid})` : 'this user';
  if (hasCapability(facts.process, capability)) return well('capabilities', `${who} has ${name}, as ${why}.`);
  return failure(
    'capabilities',
    `${name} is needed, as ${why}, but ${who} does not have it.`,
    `As a service: sudo install -D -m 644 packaging/systemd/${dropIn} /etc/systemd/system/calliope.service.d/${dropIn} && sudo systemctl daemon-reload && sudo systemctl restart calliope`,
    `By hand: sudo setcap ${name.toLowerCase()}+ep ${facts.nodePath}`,
  );
}
