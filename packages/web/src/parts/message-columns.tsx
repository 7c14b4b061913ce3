import type { MessageSummary } from '@calliope/model';
import { formatCount } from '../view/format-figures.ts';
import { messageColour } from '../view/outcome-style.ts';
import { hostPort } from '../view/reachable-address.ts';
import { Moment, Party } from './call-columns.tsx';
import type { Column } from './column.ts';

/** Names of HEP protocol types that are often seen (HEP3 specification, section "protocol type"). */
const PAYLOAD_NAMES: Record<number, string> = { 5: 'RTCP', 34: 'RTP stats', 35: 'RTCP XR', 53: 'DNS', 100: 'LOG' };

/** `INVITE`, or `503 Service Unavailable` with its method: told apart by form, weight and colour. */
export function MethodTag({
  message,
}: {
  message: Pick<MessageSummary, 'payloadType' | 'method' | 'responseCode' | 'reasonPhrase'>;
}) {
  if (message.payloadType !== 1) {
    return <span className="muted">{PAYLOAD_NAMES[message.payloadType] ?? `type ${message.payloadType}`}</span>;
  }
  const colour = `var(${messageColour(message.responseCode)})`;
  if (message.responseCode === 0) return <b style={{ color: colour }}>{message.method || 'not SIP'}</b>;
  return (
    <span title={`${message.responseCode} ${message.reasonPhrase} (${message.method})`}>
      <b style={{ color: colour }}>{message.responseCode}</b> {message.reasonPhrase}
      <span className="muted"> {message.method}</span>
    </span>
  );
}

export function Defects({ defects }: { defects: readonly string[] }) {
  return defects.map((defect) => (
    <span key={defect} className="chip bad">
      {defect.replaceAll('_', ' ')}
    </span>
  ));
}

export const MESSAGE_COLUMNS: readonly Column<MessageSummary>[] = [
  {
    key: 'time',
    label: 'Time',
    width: '172px',
    render: (message, zone) => <Moment us={message.timestampUs} zone={zone} digits={6} />,
  },
  {
    key: 'method',
    label: 'Message',
    width: 'minmax(150px, 1fr)',
    render: (message) => <MethodTag message={message} />,
  },
  {
    key: 'from',
    label: 'From',
    width: 'minmax(122px, .8fr)',
    render: (message) => <Party user={message.fromUser} host={message.fromHost} />,
  },
  {
    key: 'to',
    label: 'To',
    width: 'minmax(122px, .8fr)',
    render: (message) => <Party user={message.toUser} host={message.toHost} />,
  },
  {
    key: 'path',
    label: 'Source → destination',
    width: 'minmax(290px, 1.5fr)',
    render: (message) => {
      const source = hostPort({ host: message.sourceIp, port: message.sourcePort });
      const destination = hostPort({ host: message.destinationIp, port: message.destinationPort });
      return (
        <span title={`${source} → ${destination}`}>
          {source} <span className="muted">→</span> {destination}
        </span>
      );
    },
  },
  { key: 'transport', label: 'Via', width: '44px', render: (message) => message.transport },
  {
    key: 'node',
    label: 'Node',
    width: 'minmax(64px, .5fr)',
    render: (message) => <span title={message.node}>{message.node}</span>,
  },
  {
    key: 'callId',
    label: 'Call-ID',
    width: 'minmax(110px, 1fr)',
    render: (message) => <span title={message.callId}>{message.callId}</span>,
  },
  { key: 'size', label: 'Bytes', width: '58px', end: true, render: (message) => formatCount(message.size) },
  {
    key: 'defects',
    label: 'Defects',
    width: 'minmax(76px, .7fr)',
    render: (message) => (
      <span title={message.defects.join(', ')}>
        <Defects defects={message.defects} />
      </span>
    ),
  },
  { key: 'cseq', label: 'CSeq', width: '64px', end: true, optional: true, render: (message) => String(message.cseq) },
  {
    key: 'agent',
    label: 'User agent',
    width: 'minmax(120px, 1fr)',
    optional: true,
    render: (message) => <span title={message.userAgent}>{message.userAgent}</span>,
  },
  {
    key: 'ruri',
    label: 'Request-URI user',
    width: 'minmax(100px, .8fr)',
    optional: true,
    render: (message) => message.requestUser,
  },
  {
    key: 'asserted',
    label: 'Asserted',
    width: 'minmax(100px, .8fr)',
    optional: true,
    render: (message) => message.assertedUser,
  },
  {
    key: 'correlation',
    label: 'Correlation id',
    width: 'minmax(100px, .8fr)',
    optional: true,
    render: (message) => message.correlationId,
  },
];
