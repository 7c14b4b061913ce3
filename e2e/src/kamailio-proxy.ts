import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartedProgram } from './started-program.ts';

export interface KamailioOptions {
  /** Where its configuration and run-time files go. */
  directory: string;
  hepVersion: 1 | 2 | 3;
  /** Where it sends HEP, over UDP. */
  hepTarget: { host: string; port: number };
  /** It listens on 127.0.0.1 for SIP over UDP and TCP. */
  sipPort: number;
  /** All requests outside dialogs but REGISTER and OPTIONS to itself go there. */
  nextHop: { host: string; port: number; transport?: 'udp' | 'tcp' };
  /** Capture id of HEP 2 (16 bits) and 3 (32 bits), default 2001. */
  captureId?: number;
  /** HEP 3 only. */
  authenticationKey?: string;
  /** Megabytes of its shared memory, default 32: enough for some hundred calls in five seconds. */
  sharedMemory?: number;
}

/** Written once when the first worker listens; traffic sent from then on is relayed. */
const READY_LINE = 'the laboratory proxy is ready';

/**
 * A stateful, record-routing Kamailio that mirrors every SIP message it receives or sends as HEP (siptrace with `trace_mode` 1: the messages are
 * taken where they enter and leave the core, so both hops of a relayed call are seen). Registrations are kept in memory.
 * Rejects with Kamailio's output when it does not start.
 */
export async function startKamailio(options: KamailioOptions): Promise<StartedProgram> {
  const runtime = join(options.directory, 'run');
  await mkdir(runtime, { recursive: true });
  const configuration = join(options.directory, 'kamailio.cfg');
  await writeFile(configuration, kamailioConfiguration(options));
  // -DD: does not become a daemon though it forks its workers; -E: log to standard error; -m, -M: megabytes of shared and private memory.
  const args = ['-f', configuration, '-DD', '-E', '-m', String(options.sharedMemory ?? 32), '-M', '8', '-Y', runtime];
  const program = new StartedProgram('kamailio', args, { cwd: options.directory });
  try {
    await program.waitForOutput(new RegExp(READY_LINE), 20_000);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}

function kamailioConfiguration(options: KamailioOptions): string {
  const { hepTarget, nextHop, sipPort } = options;
  const key = options.authenticationKey;
  return `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=no
listen=udp:127.0.0.1:${sipPort}
listen=tcp:127.0.0.1:${sipPort}

loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "siptrace.so"

modparam("usrloc", "db_mode", 0)
modparam("siptrace", "duplicate_uri", "sip:${hepTarget.host}:${hepTarget.port}")
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", ${options.hepVersion})
modparam("siptrace", "hep_capture_id", ${options.captureId ?? 2001})
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
${key === undefined ? '' : `modparam("siptrace", "auth_key", ${JSON.stringify(key)})`}

event_route[core:worker-one-init] {
  xlog("L_ALERT", "${READY_LINE}\\n");
}

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      t_relay();
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("404", "Not Here");
    }
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    save("location");
    exit;
  }
  if (is_method("OPTIONS") && uri == myself && $rU == $null) {
    sl_send_reply("200", "Keepalive");
    exit;
  }
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  $du = "sip:${nextHop.host}:${nextHop.port};transport=${nextHop.transport ?? 'udp'}";
  t_relay();
}
`;
}
