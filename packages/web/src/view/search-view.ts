/** What is searched: calls (one row a Call-ID) or single messages. */
export type SearchOf = 'calls' | 'messages';

/** Everything that a search page shows, as it stands in the URL. Texts are '' when absent. */
export interface SearchView {
  query: string;
  /** As the API takes it: ISO 8601, bare local time read in `zone`, epoch seconds, `now-1h`. */
  from: string;
  /** '' means now. */
  to: string;
  /** IANA zone; UTC unless the URL says another. */
  zone: string;
  live: boolean;
  ascending: boolean;
  /** Call-IDs chosen for one ladder, in the order of choosing. */
  selected: string[];
  /** The message shown at the side. */
  messageId: string;
  form: '' | 'simple' | 'advanced';
  facets: boolean;
}

export const DEFAULT_FROM = 'now-1h';

export const DEFAULT_VIEW: SearchView = {
  query: '',
  from: DEFAULT_FROM,
  to: '',
  zone: 'UTC',
  live: false,
  ascending: false,
  selected: [],
  messageId: '',
  form: '',
  facets: true,
};

/** Reads a view from a URL's search part. Unknown parameters are ignored; absent ones are the defaults. */
export function readSearchView(search: string): SearchView {
  const params = new URLSearchParams(search);
  const form = params.get('form');
  return {
    query: params.get('q') ?? '',
    from: params.get('from') || DEFAULT_FROM,
    to: params.get('to') ?? '',
    zone: params.get('tz') || 'UTC',
    live: params.get('live') === '1',
    ascending: params.get('order') === 'asc',
    selected: params.getAll('sel'),
    messageId: params.get('m') ?? '',
    form: form === 'simple' || form === 'advanced' ? form : '',
    facets: params.get('facets') !== '0',
  };
}

/** The search part for a view, without `?`; defaults are left out, so that the shortest link says the same. */
export function writeSearchView(view: SearchView): string {
  const params = new URLSearchParams();
  if (view.query !== '') params.set('q', view.query);
  if (view.from !== DEFAULT_FROM) params.set('from', view.from);
  if (view.to !== '') params.set('to', view.to);
  if (view.zone !== 'UTC') params.set('tz', view.zone);
  if (view.live) params.set('live', '1');
  if (view.ascending) params.set('order', 'asc');
  for (const callId of view.selected) params.append('sel', callId);
  if (view.messageId !== '') params.set('m', view.messageId);
  if (view.form !== '') params.set('form', view.form);
  if (!view.facets) params.set('facets', '0');
  return params.toString();
}

/** The parameters that say *what* is searched, shared by the lists, the histogram, the facets and the exports. */
export function searchParameters(view: Pick<SearchView, 'query' | 'from' | 'to' | 'zone'>): URLSearchParams {
  const params = new URLSearchParams();
  if (view.query.trim() !== '') params.set('q', view.query);
  params.set('from', view.from);
  if (view.to !== '') params.set('to', view.to);
  params.set('tz', view.zone);
  return params;
}
