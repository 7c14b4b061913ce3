import type { CapturedPacket } from '@calliope/model';

/** The name of the node that a packet is from, as bytes: `bytes[start, end)` after {@link NodeBytes.find}. */
export interface NodeBytes {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** The packet's own name, else its capture id in digits, else `receivedNode`. */
  find(packet: CapturedPacket, receivedNode: string): void;
}

export function createNodeBytes(): NodeBytes {
  let node = '';
  let nodeBytes: Uint8Array = Buffer.alloc(0);
  let captureId = 0;
  let captureIdBytes: Uint8Array = Buffer.from('0');

  function set(bytes: Uint8Array, start: number, end: number): void {
    found.bytes = bytes;
    found.start = start;
    found.end = end;
  }

  const found: NodeBytes = {
    bytes: nodeBytes,
    start: 0,
    end: 0,
    find(packet, receivedNode) {
      if (packet.nodeEnd > packet.nodeStart) {
        set(packet.head, packet.nodeStart, packet.nodeEnd);
      } else if (packet.captureId !== 0) {
        if (packet.captureId !== captureId) {
          captureId = packet.captureId;
          captureIdBytes = Buffer.from(String(captureId));
        }
        set(captureIdBytes, 0, captureIdBytes.length);
      } else {
        if (receivedNode !== node) {
          node = receivedNode;
          nodeBytes = Buffer.from(node);
        }
        set(nodeBytes, 0, nodeBytes.length);
      }
    },
  };
  return found;
}
