export const CALL_TABS = ['ladder', 'messages', 'export'] as const;
export type CallTab = (typeof CALL_TABS)[number];

/** What the time column shows: the clock, since the previous row, since the first, since the last marked message. */
export const TIME_MODES = ['absolute', 'previous', 'first', 'mark'] as const;
export type TimeMode = (typeof TIME_MODES)[number];

export const COLOUR_MODES = ['class', 'leg', 'transaction', 'node'] as const;
export type ColourMode = (typeof COLOUR_MODES)[number];

/** Everything that a call's page shows, as it stands in the URL. */
export interface CallView {
  callIds: string[];
  tab: CallTab;
  /** The open message, '' when none. */
  messageId: string;
  /** At most two; two open the comparison. */
  marked: string[];
  timeMode: TimeMode;
  colourMode: ColourMode;
  /** Retransmissions and copies folded into one arrow. */
  folded: boolean;
  /** Lane keys from left to right where the reader changed the order; empty for the computed one. */
  laneOrder: string[];
  hiddenLanes: string[];
  /** Lanes by address and port instead of by host. */
  byPort: boolean;
  zone: string;
}

function oneOf<T extends string>(values: readonly T[], text: string | null): T {
  return values.find((value) => value === text) ?? values[0]!;
}

/** Reads the view of `/call` from a URL's search part. */
export function readCallView(search: string): CallView {
  const params = new URLSearchParams(search);
  return {
    callIds: [...new Set(params.getAll('call_id'))],
    tab: oneOf(CALL_TABS, params.get('tab')),
    messageId: params.get('m') ?? '',
    marked: params.getAll('mark').slice(0, 2),
    timeMode: oneOf(TIME_MODES, params.get('time')),
    colourMode: oneOf(COLOUR_MODES, params.get('colour')),
    folded: params.get('fold') !== '0',
    laneOrder: params.getAll('lane'),
    hiddenLanes: params.getAll('hide'),
    byPort: params.get('ports') === '1',
    zone: params.get('tz') || 'UTC',
  };
}

/** The search part of `/call` for a view, without `?`; defaults are left out. */
export function writeCallView(view: CallView): string {
  const params = new URLSearchParams();
  for (const callId of view.callIds) params.append('call_id', callId);
  if (view.tab !== 'ladder') params.set('tab', view.tab);
  if (view.messageId !== '') params.set('m', view.messageId);
  for (const id of view.marked) params.append('mark', id);
  if (view.timeMode !== 'absolute') params.set('time', view.timeMode);
  if (view.colourMode !== 'class') params.set('colour', view.colourMode);
  if (!view.folded) params.set('fold', '0');
  for (const lane of view.laneOrder) params.append('lane', lane);
  for (const lane of view.hiddenLanes) params.append('hide', lane);
  if (view.byPort) params.set('ports', '1');
  if (view.zone !== 'UTC') params.set('tz', view.zone);
  return params.toString();
}

/** Marks a message, or takes its mark away; a third mark pushes out the older of two. */
export function toggleMark(marked: readonly string[], id: string): string[] {
  if (marked.includes(id)) return marked.filter((other) => other !== id);
  return [...marked, id].slice(-2);
}

/** Address within the site of the ladder of some calls. */
export function callPath(callIds: readonly string[], zone: string): string {
  const params = new URLSearchParams();
  for (const callId of callIds) params.append('call_id', callId);
  if (zone !== 'UTC') params.set('tz', zone);
  return `/call?${params}`;
}
