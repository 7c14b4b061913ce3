import type { CallRecord } from '@calliope/model';
import { formatCount, formatDuration } from '../view/format-figures.ts';
import { zonedParts } from '../view/zone-time.ts';
import type { Column } from './column.ts';
import { OutcomeTag } from './icon.tsx';

/** Date small, clock plain, fraction small: the eye finds the minute. */
export function Moment({ us, zone, digits }: { us: number; zone: string; digits: 3 | 6 }) {
  const { date, time, micros } = zonedParts(us, zone);
  return (
    <time className="moment" title={`${date} ${time}.${micros} ${zone}`}>
      <i>{date.slice(5)}</i> {time}
      <i>.{micros.slice(0, digits)}</i>
    </time>
  );
}

/** A number or user, its host said only when there is no user. */
export function Party({ user, host }: { user: string; host: string }) {
  if (user === '') return <span title={host}>{host === '' ? '–' : `@${host}`}</span>;
  return <span title={`${user}@${host}`}>{user}</span>;
}

export const CALL_COLUMNS: readonly Column<CallRecord>[] = [
  {
    key: 'time',
    label: 'Time',
    width: '150px',
    render: (call, zone) => <Moment us={call.inviteUs ?? call.firstUs} zone={zone} digits={3} />,
  },
  {
    key: 'from',
    label: 'From',
    width: 'minmax(110px, 1fr)',
    render: (call) => <Party user={call.fromUser} host={call.fromHost} />,
  },
  {
    key: 'to',
    label: 'To',
    width: 'minmax(110px, 1fr)',
    render: (call) => <Party user={call.toUser || call.requestUser} host={call.toHost} />,
  },
  {
    key: 'hosts',
    label: 'Hosts',
    width: 'minmax(170px, 1.4fr)',
    render: (call) => {
      const others = call.hosts.filter((host) => host !== call.sourceIp && host !== call.destinationIp);
      return (
        <span title={call.hosts.join('\n')}>
          {call.sourceIp} <span className="muted">→</span> {call.destinationIp}
          {others.length > 0 && <span className="muted"> +{others.length}</span>}
        </span>
      );
    },
  },
  {
    key: 'outcome',
    label: 'Outcome',
    width: '148px',
    render: (call) => (
      <span title={call.responseCode > 0 ? `${call.responseCode} ${call.reasonPhrase}` : undefined}>
        <OutcomeTag outcome={call.outcome} code={call.responseCode} />
      </span>
    ),
  },
  { key: 'pdd', label: 'PDD', width: '70px', end: true, render: (call) => formatDuration(call.pddMs) },
  { key: 'talk', label: 'Talk', width: '70px', end: true, render: (call) => formatDuration(call.durationMs) },
  { key: 'messages', label: 'Msgs', width: '66px', end: true, render: (call) => formatCount(call.messageCount) },
  {
    key: 'ring',
    label: 'Ring',
    width: '70px',
    end: true,
    optional: true,
    render: (call) => formatDuration(ringMs(call)),
  },
  {
    key: 'asserted',
    label: 'Asserted',
    width: 'minmax(110px, 1fr)',
    optional: true,
    render: (call) => call.assertedUser || '–',
  },
  {
    key: 'agent',
    label: 'User agents',
    width: 'minmax(130px, 1fr)',
    optional: true,
    render: (call) => listed(call.userAgents),
  },
  { key: 'nodes', label: 'Nodes', width: 'minmax(90px, .7fr)', optional: true, render: (call) => listed(call.nodes) },
  {
    key: 'methods',
    label: 'Methods',
    width: 'minmax(110px, .8fr)',
    optional: true,
    render: (call) => listed(call.methods),
  },
  {
    key: 'callId',
    label: 'Call-ID',
    width: 'minmax(150px, 1.2fr)',
    optional: true,
    render: (call) => <span title={call.callId}>{call.callId}</span>,
  },
];

function listed(values: readonly string[]) {
  return <span title={values.join('\n')}>{values.length === 0 ? '–' : values.join(', ')}</span>;
}

/** First 18x to the answer, or to the end of an unanswered call; null when it never rang. */
export function ringMs(call: CallRecord): number | null {
  if (call.ringingUs === null) return null;
  const end = call.answerUs ?? call.cancelUs ?? (call.responseCode >= 300 ? call.lastUs : null);
  return end === null || end < call.ringingUs ? null : (end - call.ringingUs) / 1000;
}
