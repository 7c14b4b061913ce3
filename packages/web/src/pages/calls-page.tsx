import type { CallRecord } from '@calliope/model';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { CALL_COLUMNS } from '../parts/call-columns.tsx';
import { shownColumns } from '../parts/column.ts';
import type { ExportChoice } from '../parts/export-panel.tsx';
import { KeyHelp, SEARCH_KEYS } from '../parts/key-help.tsx';
import { ListFoot } from '../parts/list-foot.tsx';
import { ListTools } from '../parts/list-tools.tsx';
import { NoResults } from '../parts/no-results.tsx';
import { SearchFrame } from '../parts/search-frame.tsx';
import { useInitialZone } from '../parts/use-initial-zone.ts';
import { useListKeys } from '../parts/use-list-keys.ts';
import { usePreferences } from '../parts/use-preferences.ts';
import { useSearchView } from '../parts/use-search-view.ts';
import { VirtualTable } from '../parts/virtual-table.tsx';
import { useHealth } from '../server/call-queries.ts';
import { useSearch } from '../server/search-queries.ts';
import { CALL_FACETS } from '../view/add-term.ts';
import { callColour } from '../view/call-colours.ts';
import { callPath } from '../view/call-view.ts';
import { formatCount } from '../view/format-figures.ts';
import { ConnectPage } from './connect-page.tsx';

/** The first page: calls, one row a Call-ID. */
export function CallsPage() {
  const [view, change] = useSearchView();
  useInitialZone(change);
  const [, navigate] = useLocation();
  const [preferences] = usePreferences();
  const [help, setHelp] = useState(false);
  const [exporting, setExporting] = useState(false);
  const health = useHealth();
  const result = useSearch<CallRecord>('calls', view, true);
  const { items, range } = result;
  const toggle = (call: CallRecord) => {
    const { selected } = view;
    const next = selected.includes(call.callId)
      ? selected.filter((id) => id !== call.callId)
      : [...selected, call.callId];
    change({ selected: next }, { replace: true });
  };
  const openTogether = () => navigate(callPath(view.selected, view.zone));
  const open = (call: CallRecord) => navigate(callPath([call.callId], view.zone));
  const [cursor, setCursor] = useListKeys({
    items,
    view,
    change,
    onOpen: (call) => (view.selected.length > 0 ? openTogether() : open(call)),
    onChoose: toggle,
    onClose: () => change({ selected: [], form: '' }, { replace: true }),
    onExport: () => setExporting(true),
    onHelp: () => setHelp(true),
    onRefetch: result.refetch,
  });

  const bare = window.location.search === '' || new URLSearchParams(window.location.search).has('tz');
  if (health.data?.store?.messages === 0 && items.length === 0 && bare) return <ConnectPage firstStart />;

  const choices: ExportChoice[] = [];
  if (view.selected.length > 0) {
    choices.push({
      key: 'selection',
      label: `The ${view.selected.length} chosen calls`,
      scope: { kind: 'calls', callIds: view.selected },
    });
  }
  choices.push({
    key: 'search',
    label: 'Everything that this search finds',
    scope: { kind: 'search', of: 'calls', view },
  });
  return (
    <>
      <SearchFrame
        of="calls"
        view={view}
        change={change}
        result={result}
        facets={CALL_FACETS}
        onHelp={() => setHelp(true)}
        tools={
          <ListTools
            table="calls"
            columns={CALL_COLUMNS}
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
            noun="call"
            view={view}
            range={range}
            oldestUs={health.data?.store?.oldestUs}
            newestUs={health.data?.store?.newestUs}
            change={change}
          />
        ) : (
          <VirtualTable
            label="Calls"
            items={items}
            columns={shownColumns(CALL_COLUMNS, preferences.shownColumns.calls)}
            zone={view.zone}
            keyOf={(call) => call.callId}
            stripOf={(call) => callColour(call.callId)}
            isChosen={(call) => view.selected.includes(call.callId)}
            onChoose={toggle}
            cursor={cursor}
            onCursor={setCursor}
            onOpen={open}
            hrefOf={(call) => callPath([call.callId], view.zone)}
            openRowKey=""
            totalCount={result.total?.count}
            onNearEnd={() => result.hasMore && !view.live && !result.fetchingMore && result.fetchMore()}
            footer={<ListFoot result={result} live={view.live} noun="calls" />}
          />
        )}
      </SearchFrame>
      {view.selected.length > 0 && (
        <div className="choice-bar" role="status">
          <b>
            {formatCount(view.selected.length)} call{view.selected.length === 1 ? '' : 's'} chosen
          </b>
          <Link className="button primary" href={callPath(view.selected, view.zone)}>
            Open in one ladder <kbd>Enter</kbd>
          </Link>
          <button type="button" className="button" onClick={() => setExporting(true)}>
            Export
          </button>
          <button type="button" className="button quiet" onClick={() => change({ selected: [] }, { replace: true })}>
            Clear <kbd>x</kbd>
          </button>
        </div>
      )}
      {help && <KeyHelp lines={SEARCH_KEYS} onClose={() => setHelp(false)} />}
    </>
  );
}
