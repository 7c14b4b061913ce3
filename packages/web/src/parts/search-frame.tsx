import type { CallRecord, MessageSummary } from '@calliope/model';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type SearchResult, useFacets, useHistogram } from '../server/search-queries.ts';
import type { FacetColumn } from '../view/add-term.ts';
import { formatTotal } from '../view/format-figures.ts';
import type { SearchOf, SearchView } from '../view/search-view.ts';
import { isoText, localText } from '../view/zone-time.ts';
import { FacetList } from './facet-list.tsx';
import { FailureBox } from './failure-box.tsx';
import { Histogram } from './histogram.tsx';
import { Icon } from './icon.tsx';
import { SearchForm } from './search-form.tsx';
import { SearchStrip } from './search-strip.tsx';
import type { ChangeSearchView } from './use-search-view.ts';

export interface SearchFrameProps {
  of: SearchOf;
  view: SearchView;
  change: ChangeSearchView;
  result: SearchResult<CallRecord | MessageSummary>;
  facets: readonly FacetColumn[];
  /** Buttons at the right of the summary line. */
  tools: ReactNode;
  onHelp: () => void;
  children: ReactNode;
}

/** What both lists have around them: bar, form, histogram, totals, facets. */
export function SearchFrame(props: SearchFrameProps) {
  const { of, view, change, result } = props;
  const client = useQueryClient();
  const histogram = useHistogram(of, view, result.range);
  const facets = useFacets(
    of,
    view,
    result.range,
    props.facets.map((facet) => facet.column),
  );
  const noun = of === 'calls' ? 'call' : 'message';
  const search = (query: string) => change({ query, messageId: '' });
  const zoom = (fromUs: number, toUs: number) => change({ from: isoText(fromUs), to: isoText(toUs), live: false });
  const wrongExpression = result.failure?.position !== undefined ? result.failure : undefined;
  return (
    <main className={`search-page ${result.stale ? 'stale' : ''}`} aria-busy={result.stale}>
      <SearchStrip
        of={of}
        view={view}
        change={change}
        range={result.range}
        failure={wrongExpression}
        onHelp={props.onHelp}
      />
      {view.form !== '' && <SearchForm of={of} view={view} change={change} />}
      <div className={`progress-line ${result.fetching && !view.live ? 'busy' : ''}`} />
      {histogram.data && result.items.length > 0 && (
        <Histogram of={of} answer={histogram.data} zone={view.zone} onZoom={zoom} />
      )}
      {histogram.error && !result.failure && (
        <p className="padded-line muted" role="status">
          No histogram: {histogram.error.message}
        </p>
      )}
      <div className="summary">
        <button
          type="button"
          className="button quiet small"
          aria-pressed={view.facets}
          title="Facets at the side"
          onClick={() => change({ facets: !view.facets }, { replace: true })}
        >
          <Icon name="side" />
        </button>
        {result.total && !result.failure && !result.stale && (
          <span aria-live={view.live ? 'off' : 'polite'} data-testid="results-total">
            <b>{formatTotal(result.total, noun)}</b>
            {result.elapsedMs !== undefined && <span className="muted"> · {Math.round(result.elapsedMs)} ms</span>}
          </span>
        )}
        {result.range && (
          <span className="muted mono clip">
            {localText(result.range.fromUs, view.zone).slice(0, 19)} →{' '}
            {result.range.openEnd ? 'now' : localText(result.range.toUs, view.zone).slice(0, 19)} {view.zone}
          </span>
        )}
        {result.fetching && !view.live && (
          <>
            <span className="muted">Searching …</span>
            <button
              type="button"
              className="button small"
              onClick={() => void client.cancelQueries({ queryKey: ['search', of] })}
            >
              Cancel
            </button>
          </>
        )}
        <span className="spacer" />
        {props.tools}
      </div>
      {result.failure && !wrongExpression && (
        <div className="padded">
          <FailureBox failure={result.failure} onRetry={result.refetch} />
        </div>
      )}
      <div className="results">
        {view.facets && (
          <FacetList
            columns={props.facets}
            answer={facets.data}
            failed={facets.error ? `The facets could not be counted: ${facets.error.message}` : undefined}
            query={view.query}
            onQuery={search}
          />
        )}
        {props.children}
      </div>
    </main>
  );
}
