/** What is known of an agent's clock, in microseconds; to be changed in place. */
export interface ClockOffset {
  /**
   * Reception minus the agent's own time, the least of the last half to one minute: how far its clock is behind this node's, and the shortest
   * delay. 0 while no time was seen.
   */
  offsetUs: number;
  /** It sends times. */
  isTimed: boolean;
  leastUs: number;
  beforeUs: number;
  turnsUs: number;
}

const TURN_US = 30e6;

export function unknownClock(): ClockOffset {
  // Not 0 and 0, which the engine would take for integers and store anew as objects when they are not.
  return { offsetUs: 0.5, isTimed: false, leastUs: 0.5, beforeUs: 0.5, turnsUs: 0.5 };
}

/**
 * Notes a packet of `timestampUs` received at `receivedUs`. The least counts, not the mean, as what waits in a queue on its way comes late
 * and never early. Of two spans of half a minute, so that a clock that was set is known anew within one.
 */
export function noteTime(clock: ClockOffset, timestampUs: number, receivedUs: number): void {
  const us = receivedUs - timestampUs;
  if (receivedUs >= clock.turnsUs || receivedUs < clock.turnsUs - TURN_US) {
    clock.beforeUs = clock.isTimed ? clock.leastUs : us;
    clock.isTimed = true;
    clock.leastUs = us;
    clock.turnsUs = receivedUs + TURN_US;
    clock.offsetUs = Math.min(clock.beforeUs, us);
  } else if (us < clock.leastUs) {
    clock.leastUs = us;
    clock.offsetUs = Math.min(clock.beforeUs, us);
  }
}
