import type { ApiFailure } from '../server/api-failure.ts';
import type { SearchOf, SearchView } from '../view/search-view.ts';
import type { SearchedRange } from '../view/searched-range.ts';
import { Icon } from './icon.tsx';
import { RangePicker } from './range-picker.tsx';
import { SearchBox } from './search-box.tsx';
import type { ChangeSearchView } from './use-search-view.ts';
import { ZoneSwitch } from './zone-switch.tsx';

export interface SearchStripProps {
  of: SearchOf;
  view: SearchView;
  change: ChangeSearchView;
  range: SearchedRange | undefined;
  failure: ApiFailure | undefined;
  onHelp: () => void;
}

/** One bar: what, when, in which zone, live. */
export function SearchStrip({ of, view, change, range, failure, onHelp }: SearchStripProps) {
  return (
    <search className="search-strip">
      <SearchBox
        of={of}
        query={view.query}
        zone={view.zone}
        failure={failure}
        onQuery={(query) => change({ query, messageId: '' })}
      />
      <button
        type="button"
        className="button"
        aria-expanded={view.form !== ''}
        title="The same expression as a form (f)"
        onClick={() => change({ form: view.form === '' ? 'simple' : '' }, { replace: true })}
      >
        <Icon name="form" /> Form
      </button>
      <RangePicker
        from={view.from}
        to={view.to}
        zone={view.zone}
        range={range}
        onRange={(from, to) => change({ from, to, live: view.live && to === '' })}
      />
      <ZoneSwitch zone={view.zone} onZone={(zone) => change({ zone }, { replace: true })} />
      <button
        type="button"
        className="button"
        aria-pressed={view.live}
        title="Ask every second (l)"
        onClick={() => change({ live: !view.live, ...(view.live ? {} : { to: '' }) })}
      >
        <span className="live-dot" aria-hidden="true" /> Live
      </button>
      <button type="button" className="button quiet" onClick={onHelp} aria-label="Keys" title="Keys (?)">
        <Icon name="help" />
      </button>
    </search>
  );
}
