import type { PacketAddressing } from '@calliope/frames';

/** Ports from `low` to `high`, both included. */
export interface PortRange {
  low: number;
  high: number;
}

/** Whether the packet is from or to one of the ports. */
export type PortFilter = (packet: PacketAddressing) => boolean;

/** Undefined for no ranges: then any port will do. Throws RangeError for what is no range: an operator's mistake, found at the start. */
export function createPortFilter(ranges: readonly PortRange[]): PortFilter | undefined {
  if (ranges.length === 0) return undefined;
  const isWanted = new Uint8Array(65_536);
  for (const { low, high } of ranges) {
    if (!(low >= 0 && low <= high && high <= 65_535)) throw new RangeError(`not a range of ports: ${low}-${high}`);
    isWanted.fill(1, low, high + 1);
  }
  return ({ sourcePort, destinationPort }) => isWanted[sourcePort] === 1 || isWanted[destinationPort] === 1;
}
