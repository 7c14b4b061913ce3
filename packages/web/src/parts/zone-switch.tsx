import { localZone } from '../view/zone-time.ts';
import { usePreferences } from './use-preferences.ts';

/** UTC or this browser's zone; another zone that came with the URL stays until somebody chooses. */
export function ZoneSwitch({ zone, onZone }: { zone: string; onZone: (zone: string) => void }) {
  const [, change] = usePreferences();
  const local = localZone();
  const zones = [...new Set(['UTC', local, zone])];
  return (
    <fieldset className="segmented" aria-label="Time zone">
      {zones.map((one) => (
        <button
          type="button"
          key={one}
          aria-pressed={one === zone}
          title={`Times in ${one}`}
          onClick={() => {
            change({ zone: one === 'UTC' ? 'UTC' : 'local' });
            onZone(one);
          }}
        >
          {one.split('/').at(-1)?.replaceAll('_', ' ')}
        </button>
      ))}
    </fieldset>
  );
}
