import type { MessageSummary } from '@calliope/model';
import { useState } from 'react';
import { Link } from 'wouter';
import { MessageDetail, MessageDownload } from '../ladder/message-detail.tsx';
import { shownColumns } from '../parts/column.ts';
import type { ExportChoice } from '../parts/export-panel.tsx';
import { KeyHelp, SEARCH_KEYS } from '../parts/key-help.tsx';
import { ListFoot } from '../parts/list-foot.tsx';
import { ListTools } from '../parts/list-tools.tsx';
import { MESSAGE_COLUMNS } from '../parts/message-columns.tsx';
import { NoResults } from '../parts/no-results.tsx';
import { SearchFrame } from '../parts/search-frame.tsx';
import { SidePanel } from '../parts/side-panel.tsx';
import { useInitialZone } from '../parts/use-initial-zone.ts';
import { useListKeys } from '../parts/use-list-keys.ts';
import { usePreferences } from '../parts/use-preferences.ts';
import { useSearchView } from '../parts/use-search-view.ts';
import { VirtualTable } from '../parts/virtual-table.tsx';
import { useHealth } from '../server/call-queries.ts';
import { useSearch } from '../server/search-queries.ts';
import { MESSAGE_FACETS } from '../view/add-term.ts';
import { callColour } from '../view/call-colours.ts';
import { callPath } from '../view/call-view.ts';

/** Single messages of every method; the strip has the colour of the message's call. */
export function MessagesPage() {
  const [view, change] = useSearchView();
  useInitialZone(change);
  const [preferences] = usePreferences();
  const [help, setHelp] = useState(false);
  const [exporting, setExporting] = useState(false);
  const health = useHealth();
  const result = useSearch<MessageSummary>('messages', view, true);
  const { items, range } = result;
  const show = (message: MessageSummary) => change({ messageId: message.id }, { replace: view.messageId !== '' });
  const [cursor, setCursor] = useListKeys({
    items,
    view,
    change,
    onOpen: show,
    onMove: (message) => view.messageId !== '' && show(message),
    onClose: () => change({ messageId: '', form: '' }, { replace: true }),
    onExport: () => setExporting(true),
    onHelp: () => setHelp(true),
    onRefetch: result.refetch,
  });
  const openIndex = items.findIndex((message) => message.id === view.messageId);
  const step = (by: number) => {
    const target = openIndex < 0 ? undefined : items[openIndex + by];
    if (!target) return undefined;
    return () => {
      setCursor(openIndex + by);
      show(target);
    };
  };
  const callId = items[openIndex]?.callId ?? '';
  const choices: ExportChoice[] = [];
  if (view.messageId !== '') {
    choices.push({ key: 'open', label: 'The open message', scope: { kind: 'messages', ids: [view.messageId] } });
  }
  choices.push({
    key: 'search',
    label: 'Everything that this search finds',
    scope: { kind: 'search', of: 'messages', view },
  });
  return (
    <>
      <SearchFrame
        of="messages"
        view={view}
        change={change}
        result={result}
        facets={MESSAGE_FACETS}
        onHelp={() => setHelp(true)}
        tools={
          <ListTools
            table="messages"
            columns={MESSAGE_COLUMNS}
            ascending={view.ascending}
            onOrder={() => change({ ascending: !view.ascending })}
            choices={choices}
            exporting={exporting}
            onExporting={setExporting}
          />
        }
      >
        {range && items.length === 0 && !result.failure && !result.fetching ? (
          <NoResults
            noun="message"
            view={view}
            range={range}
            oldestUs={health.data?.store?.oldestUs}
            newestUs={health.data?.store?.newestUs}
            change={change}
          />
        ) : (
          <VirtualTable
            label="Messages"
            items={items}
            columns={shownColumns(MESSAGE_COLUMNS, preferences.shownColumns.messages)}
            zone={view.zone}
            keyOf={(message) => message.id}
            stripOf={(message) => callColour(message.callId)}
            isChosen={() => false}
            cursor={cursor}
            onCursor={setCursor}
            onOpen={show}
            hrefOf={(message) => `/message/${encodeURIComponent(message.id)}`}
            openRowKey={view.messageId}
            totalCount={result.total?.count}
            onNearEnd={() => result.hasMore && !view.live && !result.fetchingMore && result.fetchMore()}
            footer={<ListFoot result={result} live={view.live} noun="messages" />}
          />
        )}
        {view.messageId !== '' && (
          <SidePanel>
            <MessageDetail
              id={view.messageId}
              zone={view.zone}
              onClose={() => change({ messageId: '' })}
              onPrevious={step(-1)}
              onNext={step(1)}
              actions={
                <>
                  {callId !== '' && (
                    <Link className="button small" href={callPath([callId], view.zone)}>
                      Ladder
                    </Link>
                  )}
                  <MessageDownload id={view.messageId} />
                </>
              }
            />
          </SidePanel>
        )}
      </SearchFrame>
      {help && <KeyHelp lines={SEARCH_KEYS} onClose={() => setHelp(false)} />}
    </>
  );
}
