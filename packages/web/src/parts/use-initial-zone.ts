import { useEffect } from 'react';
import { readPreferences } from '../view/preferences.ts';
import { localZone } from '../view/zone-time.ts';
import type { ChangeSearchView } from './use-search-view.ts';

/** A page that is opened bare gets the preferred zone into its URL; a link that says something is shown as its sender saw it. */
export function useInitialZone(change: ChangeSearchView): void {
  useEffect(() => {
    const zone = readPreferences().zone === 'local' ? localZone() : 'UTC';
    if (window.location.search === '' && zone !== 'UTC') change({ zone }, { replace: true });
  }, [change]);
}
