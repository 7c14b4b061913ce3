import { buildLadder } from '@calliope/calls';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { CallHead } from '../ladder/call-head.tsx';
import { CallMessages } from '../ladder/call-messages.tsx';
import { DiffView } from '../ladder/diff-view.tsx';
import { LadderToolbar } from '../ladder/ladder-toolbar.tsx';
import { LadderView } from '../ladder/ladder-view.tsx';
import { MessageDetail, MessageDownload } from '../ladder/message-detail.tsx';
import { useLadderKeys } from '../ladder/use-ladder-keys.ts';
import { type ExportChoice, ExportPanel } from '../parts/export-panel.tsx';
import { FailureBox } from '../parts/failure-box.tsx';
import { KeyHelp, LADDER_KEYS } from '../parts/key-help.tsx';
import { SidePanel } from '../parts/side-panel.tsx';
import { useCallView } from '../parts/use-call-view.ts';
import { useCall } from '../server/call-queries.ts';
import { CALL_TABS, type CallTab, toggleMark } from '../view/call-view.ts';
import { formatCount } from '../view/format-figures.ts';
import { idsOfRow, nextHopOf, rowIndexOf } from '../view/ladder-layout.ts';

const TAB_LABELS: Record<CallTab, string> = { ladder: 'Ladder', messages: 'Messages', export: 'Export' };

/** One or several Call-IDs: who, how it ended, and the flow of messages. */
export function CallPage() {
  const [view, change] = useCallView();
  const loaded = useCall(view.callIds);
  const [help, setHelp] = useState(false);
  const { folded, byPort, marked } = view;
  const laneOrder = view.laneOrder.join('\n');
  const hiddenLanes = view.hiddenLanes.join('\n');
  const markedId = marked.at(-1);
  const ladder = useMemo(
    () =>
      buildLadder(loaded.messages, {
        lanesBy: byPort ? 'endpoint' : 'host',
        laneOrder: laneOrder === '' ? [] : laneOrder.split('\n'),
        hiddenLanes: hiddenLanes === '' ? [] : hiddenLanes.split('\n'),
        foldRetransmissions: folded,
        observedUntilUs: Date.now() * 1000,
        ...(markedId === undefined ? {} : { markedId }),
      }),
    [loaded.messages, byPort, laneOrder, hiddenLanes, folded, markedId],
  );
  const openIndex = rowIndexOf(ladder.rows, view.messageId);
  // Which message is open is in the URL but no step of the history: Back leads out of the call.
  const show = (index: number) => {
    const row = ladder.rows[index];
    const id = row && idsOfRow(row)[0];
    if (id !== undefined) change({ messageId: id }, { replace: true });
  };
  const mark = (index: number) => {
    const row = ladder.rows[index];
    const id = row && idsOfRow(row)[0];
    if (id !== undefined) change({ marked: toggleMark(marked, id) }, { replace: true });
  };
  const [cursor, setCursor] = useLadderKeys({
    ladder,
    view,
    change,
    openIndex,
    show,
    mark,
    onHelp: () => setHelp(true),
  });

  if (view.callIds.length === 0) {
    return (
      <main className="page">
        <div className="empty stack">
          <h1>No call was named</h1>
          <p>
            The address of a ladder names its Call-IDs. <Link href="/">Find a call</Link>
          </p>
        </div>
      </main>
    );
  }
  if (loaded.failure && loaded.messages.length === 0) {
    return (
      <main className="page">
        <FailureBox failure={loaded.failure} onRetry={loaded.refetch} />
      </main>
    );
  }
  if (!loaded.pending && loaded.messages.length === 0) {
    return (
      <main className="page">
        <div className="empty stack">
          <h1>Nothing is stored of this call</h1>
          <p className="mono">{view.callIds.join(', ')}</p>
          <p>All of stored time was searched. The Call-ID may be misspelt, or its messages older than what is kept.</p>
        </div>
      </main>
    );
  }
  const nextHop = nextHopOf(ladder.rows, openIndex);
  const choices: ExportChoice[] = [
    {
      key: 'call',
      label: view.callIds.length === 1 ? 'The call' : `All ${view.callIds.length} calls`,
      scope: { kind: 'calls', callIds: view.callIds },
    },
    ...(view.callIds.length > 1
      ? view.callIds.map(
          (callId): ExportChoice => ({
            key: callId,
            label: `Only ${callId}`,
            scope: { kind: 'calls', callIds: [callId] },
          }),
        )
      : []),
  ];
  const chosenIds = [...new Set([...marked, ...(view.messageId === '' ? [] : [view.messageId])])];
  if (chosenIds.length > 0) {
    choices.push({
      key: 'messages',
      label: `The ${chosenIds.length} marked or open message${chosenIds.length > 1 ? 's' : ''}`,
      scope: { kind: 'messages', ids: chosenIds },
    });
  }
  const side =
    marked.length === 2 ? (
      <SidePanel wide>
        <DiffView
          leftId={marked[0]!}
          rightId={marked[1]!}
          zone={view.zone}
          onClose={() => change({ marked: [] }, { replace: true })}
        />
      </SidePanel>
    ) : view.messageId !== '' ? (
      <SidePanel>
        <MessageDetail
          id={view.messageId}
          zone={view.zone}
          onClose={() => change({ messageId: '' }, { replace: true })}
          onPrevious={openIndex > 0 ? () => setCursor(openIndex - 1, true) : undefined}
          onNext={
            openIndex >= 0 && openIndex < ladder.rows.length - 1 ? () => setCursor(openIndex + 1, true) : undefined
          }
          actions={
            <>
              {nextHop && (
                <button
                  type="button"
                  className="button small"
                  title="Compare with the copy that the next hop got"
                  onClick={() => change({ marked: [view.messageId, nextHop.message.id] }, { replace: true })}
                >
                  ≠ next hop
                </button>
              )}
              <MessageDownload id={view.messageId} />
            </>
          }
        />
      </SidePanel>
    ) : null;
  return (
    <main className="call-page">
      <CallHead
        call={loaded.call}
        calls={loaded.calls}
        messages={loaded.messages}
        ladder={ladder}
        view={view}
        change={change}
      />
      <div className="tabs" role="tablist">
        {CALL_TABS.map((tab, index) => (
          <button
            type="button"
            role="tab"
            key={tab}
            aria-selected={view.tab === tab}
            title={`key ${index + 1}`}
            onClick={() => change({ tab }, { replace: true })}
          >
            {TAB_LABELS[tab]}
            {tab === 'messages' && <span className="muted"> {formatCount(loaded.messages.length)}</span>}
          </button>
        ))}
      </div>
      {loaded.hasMore && (
        <div className="alerts padded-line" role="status">
          The first {formatCount(loaded.messages.length)} messages are shown; there are more.{' '}
          <button type="button" className="button small" disabled={loaded.fetchingMore} onClick={loaded.fetchMore}>
            {loaded.fetchingMore ? 'Loading …' : 'Load more'}
          </button>
        </div>
      )}
      {loaded.pending && <div className="progress-line busy" />}
      {view.tab === 'ladder' && (
        <>
          <LadderToolbar view={view} change={change} ladder={ladder} onHelp={() => setHelp(true)} />
          <div className="split">
            <LadderView
              ladder={ladder}
              zone={view.zone}
              timeMode={view.timeMode}
              colourMode={view.colourMode}
              cursor={cursor}
              openIndex={openIndex}
              marked={marked}
              onPick={(index, event) => {
                setCursor(index, false);
                if (event.shiftKey || event.ctrlKey || event.metaKey) mark(index);
                else show(index);
              }}
              onOrder={(keys) => change({ laneOrder: keys }, { replace: true })}
              onHide={(key) => change({ hiddenLanes: [...view.hiddenLanes, key] })}
            />
            {side}
          </div>
        </>
      )}
      {view.tab === 'messages' && (
        <div className="split">
          <CallMessages
            messages={loaded.messages}
            zone={view.zone}
            openId={view.messageId}
            onOpen={(id) => change({ messageId: id }, { replace: true })}
          />
          {side}
        </div>
      )}
      {view.tab === 'export' && (
        <div className="page">
          <ExportPanel choices={choices} />
        </div>
      )}
      {help && <KeyHelp lines={LADDER_KEYS} onClose={() => setHelp(false)} />}
    </main>
  );
}
