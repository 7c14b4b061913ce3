import type { MessageResponse } from '@calliope/model';
import { type ReactNode, useState } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { FailureBox } from '../parts/failure-box.tsx';
import { Icon } from '../parts/icon.tsx';
import { Defects, MethodTag } from '../parts/message-columns.tsx';
import { asFailure } from '../server/api-failure.ts';
import { useMessage } from '../server/call-queries.ts';
import { exportLink } from '../view/export-links.ts';
import { formatCount, formatDeltaUs } from '../view/format-figures.ts';
import { bytesOfBase64, hexDump } from '../view/hex-dump.ts';
import { hostPort } from '../view/reachable-address.ts';
import { localText } from '../view/zone-time.ts';
import { HighlightedSip } from './highlighted-sip.tsx';
import { SdpTable } from './sdp-table.tsx';

type DetailTab = 'raw' | 'parsed' | 'hex';
const TABS: readonly { tab: DetailTab; label: string }[] = [
  { tab: 'raw', label: 'Raw' },
  { tab: 'parsed', label: 'Parsed' },
  { tab: 'hex', label: 'Hex' },
];

export interface MessageDetailProps {
  id: string;
  zone: string;
  onClose: () => void;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  /** Links and buttons that belong to where the message is shown. */
  actions?: ReactNode;
}

/** One message, whole: its text, its headers, its bytes. */
export function MessageDetail(props: MessageDetailProps) {
  const found = useMessage(props.id);
  const [tab, setTab] = useState<DetailTab>('raw');
  const answer = found.data;
  return (
    <section className="detail" aria-label="Message">
      <header className="detail-head">
        <div className="segmented" role="tablist" aria-label="View of the message">
          {TABS.map((one) => (
            <button
              type="button"
              role="tab"
              key={one.tab}
              aria-selected={tab === one.tab}
              onClick={() => setTab(one.tab)}
            >
              {one.label}
            </button>
          ))}
        </div>
        <span className="spacer" />
        {props.actions}
        {answer && <CopyButton text={answer.text} />}
        <button
          type="button"
          className="button quiet small"
          disabled={!props.onPrevious}
          onClick={props.onPrevious}
          aria-label="Previous message"
          title="Previous message"
        >
          <Icon name="previous" size={13} />
        </button>
        <button
          type="button"
          className="button quiet small"
          disabled={!props.onNext}
          onClick={props.onNext}
          aria-label="Next message"
          title="Next message"
        >
          <Icon name="next" size={13} />
        </button>
        <button
          type="button"
          className="button quiet small"
          onClick={props.onClose}
          aria-label="Close message"
          title="Close (Esc)"
        >
          <Icon name="close" size={13} />
        </button>
      </header>
      {found.error && <FailureBox failure={asFailure(found.error)} onRetry={() => void found.refetch()} />}
      {found.isPending && <p className="muted padded">Loading …</p>}
      {answer && <Facts answer={answer} zone={props.zone} />}
      {answer && (
        <div className="detail-body">
          {tab === 'raw' && <HighlightedSip text={answer.text} />}
          {tab === 'parsed' && <Parsed answer={answer} />}
          {tab === 'hex' && <Hex base64={answer.payloadBase64} />}
        </div>
      )}
    </section>
  );
}

function Facts({ answer, zone }: { answer: MessageResponse; zone: string }) {
  const { message } = answer;
  return (
    <div className="detail-facts">
      <div className="inline">
        <MethodTag message={message} />
        <Defects defects={message.defects} />
      </div>
      <div className="mono muted">
        {localText(message.timestampUs, zone)} {zone}
      </div>
      <div className="mono">
        {hostPort({ host: message.sourceIp, port: message.sourcePort })} →{' '}
        {hostPort({ host: message.destinationIp, port: message.destinationPort })}
        <span className="muted">
          {' '}
          {message.transport}, {formatCount(message.size)} bytes, seen by {message.node}
        </span>
      </div>
      {answer.alsoSeenBy.length > 0 && (
        <div className="muted">
          also seen by{' '}
          {answer.alsoSeenBy.map((one, index) => (
            <span
              key={`${one.node} ${one.senderIp} ${one.timestampUs}`}
              title={`from ${one.senderIp} at ${localText(one.timestampUs, zone)}`}
            >
              {index > 0 && ', '}
              {one.node} ({differenceText(one.timestampUs - message.timestampUs)})
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

/** How long after, or before, the message's own time. */
function differenceText(us: number): string {
  return us === 0 ? 'at the same time' : `${us > 0 ? '+' : ''}${formatDeltaUs(us)}`;
}

function Parsed({ answer }: { answer: MessageResponse }) {
  return (
    <div className="stack">
      <p className="mono start-line">{answer.startLine}</p>
      <table className="headers">
        <tbody>
          {answer.headers.map((header, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: headers have no identity but their place, and never change
            <tr key={index}>
              <th scope="row" title={header.name === header.canonicalName ? undefined : `written ${header.name}`}>
                {header.canonicalName}
              </th>
              <td>{header.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.sdp && <SdpTable sdp={answer.sdp} />}
      {answer.body !== '' && <pre className="body-text">{answer.body}</pre>}
    </div>
  );
}

function Hex({ base64 }: { base64: string }) {
  const bytes = bytesOfBase64(base64);
  return (
    <>
      <pre className="hex">
        {hexDump(bytes).map((line) => (
          <span key={line.offset}>
            <i>{line.offset}</i> {line.hex.padEnd(48)} {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
      <p className="muted">{formatCount(bytes.length)} bytes of payload, exactly as captured.</p>
    </>
  );
}

/** Download of one message. */
export function MessageDownload({ id }: { id: string }) {
  return (
    <a className="button small" href={exportLink('pcap', { kind: 'messages', ids: [id] })} download>
      pcap
    </a>
  );
}
