import type { SearchView } from '../view/search-view.ts';
import type { SearchedRange } from '../view/searched-range.ts';
import { localText } from '../view/zone-time.ts';
import type { ChangeSearchView } from './use-search-view.ts';

export interface NoResultsProps {
  noun: string;
  view: SearchView;
  range: SearchedRange;
  oldestUs: number | null | undefined;
  newestUs: number | null | undefined;
  change: ChangeSearchView;
}

/** Nothing was found: what was searched, what is there, what to try. */
export function NoResults({ noun, view, range, oldestUs, newestUs, change }: NoResultsProps) {
  const outside =
    typeof newestUs === 'number' &&
    typeof oldestUs === 'number' &&
    (newestUs < range.fromUs || (!range.openEnd && oldestUs >= range.toUs));
  return (
    <div className="empty" role="status">
      <h2>No {noun} found</h2>
      <p>
        Searched {view.query.trim() === '' ? 'everything' : <code>{view.query}</code>} from{' '}
        <span className="mono">{localText(range.fromUs, view.zone)}</span> to{' '}
        <span className="mono">{range.openEnd ? 'now' : localText(range.toUs, view.zone)}</span> ({view.zone}).
      </p>
      {typeof oldestUs === 'number' && typeof newestUs === 'number' && (
        <p className={outside ? '' : 'muted'}>
          {outside ? 'That is outside of what is stored: messages' : 'Messages'} are stored from{' '}
          <span className="mono">{localText(oldestUs, view.zone).slice(0, 19)}</span> to{' '}
          <span className="mono">{localText(newestUs, view.zone).slice(0, 19)}</span>.
        </p>
      )}
      <ul>
        <li>
          <button type="button" className="button small" onClick={() => change({ from: 'now-24h', to: '' })}>
            Search the last 24 hours
          </button>{' '}
          <button type="button" className="button small" onClick={() => change({ from: 'now-365d', to: '' })}>
            Search the last year
          </button>
        </li>
        {view.query !== '' && (
          <li>
            <button type="button" className="button small" onClick={() => change({ query: '' })}>
              Drop the expression
            </button>
          </li>
        )}
        <li>A number alone is found on either side, by its end too: the last seven digits are enough.</li>
        <li>Is the clock of the sender right? The Status page shows the skew of each agent.</li>
      </ul>
    </div>
  );
}
