import { DELAY_BOUNDS, type DelayHistogram, type SignallingReport } from '@calliope/collector';
import { histogramSamples, type Metric } from './metrics-exposition.ts';

/** What is said over SIP: requests, responses, and the delays of RFC 6076. */
export function signallingMetrics({ requests, responses, codes, delays, untimed }: SignallingReport): Metric[] {
  return [
    {
      name: 'calliope_sip_requests_total',
      help: 'SIP requests kept, by method.',
      type: 'counter',
      samples: Object.entries(requests).map(([method, value]) => ({ labels: { method }, value })),
    },
    {
      name: 'calliope_sip_responses_total',
      help: 'SIP responses kept, by the method they answer and their class.',
      type: 'counter',
      samples: Object.entries(responses).flatMap(([method, classes]) =>
        Object.entries(classes).map(([name, value]) => ({ labels: { method, class: name }, value })),
      ),
    },
    {
      name: 'calliope_sip_response_codes_total',
      help: 'SIP responses kept, by status code.',
      type: 'counter',
      samples: Object.entries(codes).map(([code, value]) => ({ labels: { code }, value })),
    },
    {
      name: 'calliope_registration_request_delay_seconds',
      help: 'From a REGISTER to its 2xx, challenges included (RFC 6076 section 4.1), by the host that answered.',
      type: 'histogram',
      samples: delays.filter(({ kind }) => kind === 'registration').flatMap((delay) => delaySamples(delay, {})),
    },
    {
      name: 'calliope_session_request_delay_seconds',
      help: 'From an INVITE to the first sign of what becomes of it (RFC 6076 section 4.3), by the host that answered.',
      type: 'histogram',
      samples: delays
        .filter(({ kind }) => kind !== 'registration')
        .flatMap((delay) => delaySamples(delay, { outcome: delay.kind === 'session' ? 'success' : 'failure' })),
    },
    {
      name: 'calliope_delays_unmeasured_total',
      help: 'Requests forgotten before an answer came, as too many waited for one.',
      type: 'counter',
      samples: [{ value: untimed }],
    },
  ];
}

function delaySamples({ target, counts, sumSeconds }: DelayHistogram, labels: Record<string, string>) {
  return histogramSamples({ target, ...labels }, DELAY_BOUNDS, counts, sumSeconds);
}
