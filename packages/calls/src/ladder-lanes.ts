import type { LadderInput, LadderLane, LadderOptions } from './ladder.ts';
import { isInitialInvite, isReadableSip } from './ladder-transaction.ts';
import { compareText } from './text-order.ts';

/** The lanes of a ladder, visible ones first from left to right, and where an endpoint belongs. */
export interface LaneAssignment {
  lanes: LadderLane[];
  hidden: LadderLane[];
  /** Index into `lanes`; -1 when hidden; undefined when the endpoint has no lane. */
  laneOf: (ip: string, port: number) => number | undefined;
}

/** Lanes for the SIP messages among `sorted` (by time). Left is who called first, right is who was called last. */
export function assignLanes(sorted: readonly LadderInput[], options: LadderOptions): LaneAssignment {
  const messages = sorted.filter(isReadableSip);
  const keyOf = laneKeying(messages, options);
  const lanes = new Map<string, { addresses: Set<string>; ports: Set<number> }>();
  const add = (ip: string, port: number): void => {
    const key = keyOf(ip, port);
    let lane = lanes.get(key);
    if (!lane) {
      lane = { addresses: new Set(), ports: new Set() };
      lanes.set(key, lane);
    }
    lane.addresses.add(ip);
    lane.ports.add(port);
  };
  for (const message of messages) {
    const source = () => add(message.sourceIp, message.sourcePort);
    const destination = () => add(message.destinationIp, message.destinationPort);
    // A lone response names the asking side second.
    if (message.responseCode === 0) {
      source();
      destination();
    } else {
      destination();
      source();
    }
  }

  const ordered = manualOrder(pathOrder([...lanes.keys()], pathEdges(messages, keyOf)), options.laneOrder ?? []);
  const all = ordered.map((key): LadderLane => {
    const { addresses, ports } = lanes.get(key)!;
    return { key, label: key, addresses: [...addresses].sort(compareText), ports: [...ports].sort((a, b) => a - b) };
  });
  const hiddenKeys = new Set(options.hiddenLanes ?? []);
  const visible = all.filter((lane) => !hiddenKeys.has(lane.key));
  const indexOf = new Map(visible.map((lane, index) => [lane.key, index]));
  return {
    lanes: visible,
    hidden: all.filter((lane) => hiddenKeys.has(lane.key)),
    laneOf: (ip, port) => {
      const key = keyOf(ip, port);
      return indexOf.get(key) ?? (lanes.has(key) ? -1 : undefined);
    },
  };
}

function laneKeying(messages: readonly LadderInput[], options: LadderOptions): (ip: string, port: number) => string {
  const { lanesBy = 'host', alias } = options;
  const splitAddresses = new Set<string>();
  if (lanesBy === 'host') {
    for (const { sourceIp, sourcePort, destinationIp, destinationPort } of messages) {
      if (sourceIp === destinationIp && sourcePort !== destinationPort) splitAddresses.add(sourceIp);
    }
  }
  return (ip, port) => {
    const name = alias?.(ip, port);
    if (name !== undefined && name !== '') return name;
    return lanesBy === 'endpoint' || splitAddresses.has(ip) ? formatEndpoint(ip, port) : ip;
  };
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function formatEndpoint(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Who asked whom: by initial INVITEs, without any by other requests, without any by responses. */
function pathEdges(messages: readonly LadderInput[], keyOf: (ip: string, port: number) => string): [string, string][] {
  const invites = messages.filter(isInitialInvite);
  const requests = invites.length > 0 ? invites : messages.filter((message) => message.responseCode === 0);
  return (requests.length > 0 ? requests : messages).map((message) => {
    const source = keyOf(message.sourceIp, message.sourcePort);
    const destination = keyOf(message.destinationIp, message.destinationPort);
    return message.responseCode === 0 ? [source, destination] : [destination, source];
  });
}

/**
 * Topological order of `keys` (in order of first appearance) by `edges`, in the earliest order that allows, so that a caller is left of whom it
 * called, also when the next hop's clock is ahead. The first edge between two lanes sets their direction. Linear but for sorting.
 */
function pathOrder(keys: readonly string[], edges: readonly [string, string][]): string[] {
  const position = new Map(keys.map((key, index) => [key, index]));
  const children = keys.map((): number[] => []);
  const hasParent = new Array<boolean>(keys.length).fill(false);
  const known = new Set<string>();
  for (const [source, destination] of edges) {
    const from = position.get(source)!;
    const to = position.get(destination)!;
    if (from === to || known.has(`${from}>${to}`) || known.has(`${to}>${from}`)) continue;
    known.add(`${from}>${to}`);
    children[from]!.push(to);
    hasParent[to] = true;
  }
  for (const list of children) list.sort((a, b) => b - a);
  const visited = new Array<boolean>(keys.length).fill(false);
  const order: number[] = [];
  // Reverse postorder, later lanes first, puts the earlier ones left of them.
  for (let i = keys.length - 1; i >= 0; i--) {
    const connected = hasParent[i] === true || children[i]!.length > 0;
    if (connected && !hasParent[i]) order.unshift(...visitFrom(i, children, visited).reverse());
  }
  for (let i = 0; i < keys.length; i++) order.push(...visitFrom(i, children, visited).reverse());
  return order.map((index) => keys[index]!);
}

/** Postorder of what is reachable from `root` and was not visited. Without recursion: a hostile path may be long. */
function visitFrom(root: number, children: readonly number[][], visited: boolean[]): number[] {
  if (visited[root]) return [];
  const postorder: number[] = [];
  const stack: { node: number; next: number }[] = [{ node: root, next: 0 }];
  visited[root] = true;
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const child = children[top.node]![top.next++];
    if (child === undefined) {
      postorder.push(top.node);
      stack.pop();
    } else if (!visited[child]) {
      visited[child] = true;
      stack.push({ node: child, next: 0 });
    }
  }
  return postorder;
}

function manualOrder(keys: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(keys);
  const first = [...new Set(wanted)].filter((key) => known.has(key));
  const taken = new Set(first);
  return [...first, ...keys.filter((key) => !taken.has(key))];
}
