export interface TimePreset {
  from: string;
  label: string;
}

export const TIME_PRESETS: readonly TimePreset[] = [
  { from: 'now-5m', label: 'Last 5 min' },
  { from: 'now-15m', label: 'Last 15 min' },
  { from: 'now-1h', label: 'Last 1 h' },
  { from: 'now-6h', label: 'Last 6 h' },
  { from: 'now-24h', label: 'Last 24 h' },
  { from: 'now-7d', label: 'Last 7 days' },
  { from: 'now-30d', label: 'Last 30 days' },
  { from: 'now-365d', label: 'Last year' },
];

/** What the range button says: a preset's name, or both ends as they were given. */
export function rangeLabel(from: string, to: string): string {
  const preset = TIME_PRESETS.find((candidate) => candidate.from === from);
  if (preset && (to === '' || to === 'now')) return preset.label;
  const back = /^now-(\d+)([smhd])$/.exec(from);
  if (back && (to === '' || to === 'now'))
    return `Last ${back[1]} ${{ s: 's', m: 'min', h: 'h', d: 'days' }[back[2]!]}`;
  const short = (text: string) => text.replace('T', ' ').replace(/(:\d\d)\.000000(?=Z|$)/, '$1');
  return `${short(from)} → ${to === '' ? 'now' : short(to)}`;
}
