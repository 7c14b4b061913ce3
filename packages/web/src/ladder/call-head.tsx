import type { Ladder } from '@calliope/calls';
import type { CallMessage, CallRecord } from '@calliope/model';
import { ringMs } from '../parts/call-columns.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { OutcomeTag } from '../parts/icon.tsx';
import type { ChangeCallView } from '../parts/use-call-view.ts';
import { ZoneSwitch } from '../parts/zone-switch.tsx';
import { legColours } from '../view/call-colours.ts';
import type { CallView } from '../view/call-view.ts';
import { formatCount, formatDuration } from '../view/format-figures.ts';
import { localText } from '../view/zone-time.ts';

export interface CallHeadProps {
  call: CallRecord | null;
  /** All of the ladder's calls that have a record. */
  calls: readonly CallRecord[];
  messages: readonly CallMessage[];
  ladder: Ladder;
  view: CallView;
  change: ChangeCallView;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A call of several, beside its Call-ID. */
function LegSummary({ call }: { call: CallRecord | undefined }) {
  if (!call) return <span className="muted"> no record of a call</span>;
  return (
    <span>
      {' '}
      {call.fromUser || call.fromHost} → {call.toUser || call.requestUser || call.toHost}{' '}
      <OutcomeTag outcome={call.outcome} code={call.responseCode} />
    </span>
  );
}

/** Who called whom, how it ended, and the figures. */
export function CallHead({ call, calls, messages, ladder, view, change }: CallHeadProps) {
  const first = messages[0];
  const from = call?.fromUser || call?.fromHost || first?.fromUser || first?.fromHost || '–';
  const to = call?.toUser || call?.requestUser || call?.toHost || first?.toUser || first?.toHost || '–';
  const startUs = call?.inviteUs ?? call?.firstUs ?? first?.timestampUs;
  const nodes = [
    ...new Set(messages.flatMap(({ node, alsoSeenBy = [] }) => [node, ...alsoSeenBy.map((one) => one.node)])),
  ];
  const again = ladder.rows.reduce((sum, row) => {
    if (row.kind !== 'message') return sum;
    return sum + row.retransmissions.length + (row.retransmissionOf === null ? 0 : 1);
  }, 0);
  const ghosts = ladder.rows.filter((row) => row.kind === 'ghost').length;
  const failureRow = ladder.firstFailureRow === null ? undefined : ladder.rows[ladder.firstFailureRow];
  // Numbered as in the ladder, by their first message; those without messages follow.
  const withMessages = ladder.legs.map((leg) => leg.callId).filter((callId) => view.callIds.includes(callId));
  const callIds = [...withMessages, ...view.callIds.filter((callId) => !withMessages.includes(callId))];
  const colours = legColours(callIds);
  return (
    <header className="call-head">
      <h1>
        {from} <span className="muted">→</span> {to}
        {view.callIds.length > 1 && <span className="muted"> and {view.callIds.length - 1} more</span>}
      </h1>
      {call && <OutcomeTag outcome={call.outcome} code={call.responseCode} />}
      {call && call.responseCode > 0 && call.outcome !== 'answered' && (
        <span className="muted">{call.reasonPhrase}</span>
      )}
      {failureRow?.kind === 'message' && (
        <button
          type="button"
          className="button small danger"
          title="Show the first failing response"
          onClick={() => change({ tab: 'ladder', messageId: failureRow.message.id }, { replace: true })}
        >
          first failure: {failureRow.label}
        </button>
      )}
      <span className="spacer" />
      <ZoneSwitch zone={view.zone} onZone={(zone) => change({ zone }, { replace: true })} />
      <CopyButton text={window.location.href} label="Copy link" />
      <dl>
        {startUs !== undefined && (
          <Fact name="Start">
            {localText(startUs, view.zone)} {view.zone}
          </Fact>
        )}
        <Fact name="PDD">{formatDuration(call?.pddMs ?? null)}</Fact>
        <Fact name="Ring">{call ? formatDuration(ringMs(call)) : '–'}</Fact>
        <Fact name="Talk">{formatDuration(call?.durationMs ?? null)}</Fact>
        <Fact name="Messages">{formatCount(messages.length)}</Fact>
        <Fact name="Retransmissions">
          <span className={again > 0 ? 'alarm' : ''}>{formatCount(again)}</span>
        </Fact>
        {ghosts > 0 && (
          <Fact name="Missing">
            <span className="alarm">{formatCount(ghosts)}</span>
          </Fact>
        )}
        <Fact name="Seen by">{nodes.join(', ') || '–'}</Fact>
        {callIds.map((callId, index) => (
          <Fact key={callId} name={view.callIds.length > 1 ? `Call-ID ${index + 1}` : 'Call-ID'}>
            <span className="leg-colour" style={{ borderColor: colours[index] }}>
              {callId}
            </span>
            {view.callIds.length > 1 && <LegSummary call={calls.find((one) => one.callId === callId)} />}
            {view.callIds.length > 1 && (
              <button
                type="button"
                className="button quiet small"
                aria-label={`Take ${callId} out of the ladder`}
                title="Take out of the ladder"
                onClick={() => change({ callIds: view.callIds.filter((other) => other !== callId) })}
              >
                ×
              </button>
            )}
          </Fact>
        ))}
      </dl>
    </header>
  );
}
