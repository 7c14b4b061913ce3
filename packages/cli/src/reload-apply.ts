import type { Receiver, ReceiverChange, SpoolDrainer } from '@calliope/collector';
import { duplicateSettingsOf } from './duplicate-settings-of.ts';
import type { Configuration } from './settings.ts';
import { tlsFilesOf } from './tls-settings.ts';

/** The parts of a running node that settings are passed on to; the others read the configuration when they need it. */
export interface ReloadTargets {
  receivers: readonly Pick<Receiver, 'name' | 'reconfigure' | 'reload'>[];
  drainer: Pick<SpoolDrainer, 'reconfigure'>;
  setCountryCode: (code: string | undefined) => void;
}

/**
 * Puts changes in force without missing a packet: all of them, or none.
 * @param inForce the configuration before, to go back to
 * @throws Error that says which receiver did not take them
 */
export async function applyReload(
  { receivers, drainer, setCountryCode }: ReloadTargets,
  inForce: Configuration,
  changes: Partial<Configuration>,
): Promise<void> {
  const certified: (typeof receivers)[number][] = [];
  const done: (typeof receivers)[number][] = [];
  try {
    // Certificates first: of all that is changed, they are what fails.
    const files = tlsFilesOf({ ...inForce, ...changes });
    for (const receiver of receivers) {
      receiver.reload?.(files);
      certified.push(receiver);
    }
    const change = receiverChange({ ...inForce, ...changes }, changes);
    if (Object.keys(change).length > 0) {
      for (const receiver of receivers) {
        await receiver.reconfigure(change);
        done.push(receiver);
      }
    }
  } catch (error) {
    const back = receiverChange(inForce, changes);
    for (const receiver of done) await receiver.reconfigure(back).catch(() => {});
    for (const receiver of certified) receiver.reload?.(tlsFilesOf(inForce));
    throw error;
  }
  const { spoolBytes, spoolPolicy, countryCode } = changes;
  if (spoolBytes !== undefined || spoolPolicy !== undefined) {
    drainer.reconfigure({
      limitBytes: spoolBytes ?? inForce.spoolBytes,
      policy: spoolPolicy ?? inForce.spoolPolicy,
    });
  }
  if (countryCode !== undefined) setCountryCode(countryCode === '' ? undefined : countryCode);
}

/** @param onlyOf says by the settings that it has which of the values are taken */
function receiverChange(values: Configuration, onlyOf: Partial<Configuration>): ReceiverChange {
  const change: ReceiverChange = {};
  const { dedupWindowMs, dedupExceptNodes, dedupSameAgent } = onlyOf;
  if (dedupWindowMs !== undefined || dedupExceptNodes || dedupSameAgent !== undefined)
    change.duplicates = duplicateSettingsOf(values);
  if (onlyOf.hepKeys) change.keys = values.hepKeys;
  if (onlyOf.hepAllow) change.networks = values.hepAllow;
  if (onlyOf.ipipAllow) change.tunnelNetworks = values.ipipAllow;
  if (onlyOf.ipipPorts) change.tunnelPorts = values.ipipPorts;
  if (onlyOf.hepTcpConnections !== undefined) change.maxConnections = values.hepTcpConnections;
  return change;
}
