import { closeSync, openSync } from 'node:fs';
import process from 'node:process';

/**
 * What SIGHUP means for a server: read the configuration again, as for any daemon; but when it was started in a terminal that has been
 * closed, stop.
 * @returns takes the handler away again
 */
export function onHangup(handlers: { reload: () => void; stop: () => void }): () => void {
  const hadTerminal = process.stderr.isTTY === true;
  const handle = () => (hadTerminal && !hasTerminal() ? handlers.stop() : handlers.reload());
  process.on('SIGHUP', handle);
  return () => process.off('SIGHUP', handle);
}

/** Whether the process has a controlling terminal: opening it fails with ENXIO once that was closed. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
