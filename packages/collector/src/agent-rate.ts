/** How many messages a second come lately; to be changed in place. */
export interface AgentRate {
  ratePerSecond: number;
  rateFromUs: number;
  rateFromCount: number;
}

/** A rate is that of at least so long … */
const SPAN_US = 5e6;
/** … but the first one need not be waited for. */
const FIRST_SPAN_US = 1e6;

export function unknownRate(sinceUs: number): AgentRate {
  return { ratePerSecond: 0, rateFromUs: sinceUs, rateFromCount: 0 };
}

/** Renews the rate with `count`, of messages in all so far, if it is time; to be called now and then. It is the mean since it was renewed last. */
export function renewRate(rate: AgentRate, count: number, nowUs: number): void {
  const elapsedUs = nowUs - rate.rateFromUs;
  const isDue = elapsedUs >= (rate.ratePerSecond === 0 ? FIRST_SPAN_US : SPAN_US);
  // A clock that was set back begins anew.
  if (!isDue && elapsedUs >= 0) return;
  if (isDue) rate.ratePerSecond = ((count - rate.rateFromCount) * 1e6) / elapsedUs;
  rate.rateFromUs = nowUs;
  rate.rateFromCount = count;
}
