import { type CapturedPacket, Field, type MessageFields } from '@calliope/model';
import { createSignallingDelays, type SignallingDelaysOptions } from './signalling-metrics-delays.ts';
import { INVITE_METHOD, REGISTER_METHOD, SIGNALLING_METHODS, signallingMethod } from './signalling-metrics-methods.ts';
import { emptySignalling, type SignallingReport } from './signalling-metrics-report.ts';

/** Counts what is said over SIP. One a thread and receiver; in the hot path, so nothing is allocated for a message. */
export interface SignallingMetrics {
  /** Takes a SIP message that is kept. */
  observe(packet: CapturedPacket, fields: MessageFields): void;
  /** To be asked about once a second. */
  report(): SignallingReport;
}

const CLASSES = 7;
const RANK_EVERY_MS = 60_000;

/** @param nowMs a clock that does not jump */
export function createSignallingMetrics(
  options: SignallingDelaysOptions = {},
  nowMs: () => number = () => performance.now(),
): SignallingMetrics {
  const delays = createSignallingDelays(options);
  const requests = new Float64Array(SIGNALLING_METHODS.length);
  const responses = new Float64Array(SIGNALLING_METHODS.length * CLASSES);
  const codes = new Float64Array(100 * CLASSES);
  let rankedMs = nowMs();

  return {
    observe(packet, fields) {
      const { at, bytes, responseCode } = fields;
      const method = signallingMethod(bytes, at[2 * Field.METHOD]!, at[2 * Field.METHOD + 1]!);
      if (responseCode === 0) {
        requests[method]!++;
        if (method === INVITE_METHOD) {
          if (at[2 * Field.TO_TAG] === at[2 * Field.TO_TAG + 1]) delays.request(false, packet, fields);
        } else if (method === REGISTER_METHOD) delays.request(true, packet, fields);
        return;
      }
      if (responseCode < 100 || responseCode > 699) return;
      codes[responseCode]!++;
      responses[method * CLASSES + ((responseCode / 100) | 0)]!++;
      if (responseCode === 100) return;
      if (method === INVITE_METHOD) delays.response(false, packet, fields);
      else if (method === REGISTER_METHOD) delays.response(true, packet, fields);
    },
    report() {
      const now = nowMs();
      if (now - rankedMs >= RANK_EVERY_MS) {
        rankedMs = now;
        delays.rank();
      }
      const report = emptySignalling();
      for (const [i, method] of SIGNALLING_METHODS.entries()) {
        if (requests[i]! > 0) report.requests[method] = requests[i]!;
        for (let digit = 1; digit < CLASSES; digit++) {
          const count = responses[i * CLASSES + digit]!;
          if (count === 0) continue;
          report.responses[method] ??= {};
          report.responses[method][`${digit}xx`] = count;
        }
      }
      for (let code = 100; code < codes.length; code++) if (codes[code]! > 0) report.codes[code] = codes[code]!;
      report.delays = delays.report();
      report.untimed = delays.untimed;
      return report;
    },
  };
}
