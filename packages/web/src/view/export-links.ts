import { type SearchOf, type SearchView, searchParameters } from './search-view.ts';

/** Formats of `GET /api/v1/export`; PNG is drawn in the browser from the SVG. */
export const EXPORT_FORMATS = [
  { format: 'pcap', label: 'pcap', what: 'packets, opens in Wireshark and sngrep' },
  { format: 'pcapng', label: 'pcapng', what: 'packets with their comments and names' },
  { format: 'text', label: 'Text', what: 'every message with its time and addresses' },
  { format: 'json', label: 'JSON', what: 'every field and the payload' },
  { format: 'csv', label: 'CSV', what: 'one line a message, for a spreadsheet' },
  { format: 'svg', label: 'Ladder, SVG', what: 'the call flow as a drawing' },
  { format: 'ladder', label: 'Ladder, text', what: 'the call flow for a ticket or a mail' },
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number]['format'];

/** Which messages go into the file. */
export type ExportScope =
  | { kind: 'calls'; callIds: readonly string[] }
  | { kind: 'messages'; ids: readonly string[] }
  | { kind: 'search'; of: SearchOf; view: Pick<SearchView, 'query' | 'from' | 'to' | 'zone'> };

/** Address of a download. */
export function exportLink(format: ExportFormat, scope: ExportScope): string {
  const params = scope.kind === 'search' ? searchParameters(scope.view) : new URLSearchParams();
  params.set('format', format);
  if (scope.kind === 'calls') for (const callId of scope.callIds) params.append('call_id', callId);
  if (scope.kind === 'messages') for (const id of scope.ids) params.append('id', id);
  if (scope.kind === 'search') params.set('of', scope.of);
  return `/api/v1/export?${params}`;
}
