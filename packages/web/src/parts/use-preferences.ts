import { useSyncExternalStore } from 'react';
import { changePreferences, type Preferences, readPreferences, subscribePreferences } from '../view/preferences.ts';

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  return [useSyncExternalStore(subscribePreferences, readPreferences), changePreferences];
}
