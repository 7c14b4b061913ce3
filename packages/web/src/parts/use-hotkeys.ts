import { useEffect, useRef } from 'react';

/** Key names as `KeyboardEvent.key` gives them, several apart by a space; `Space` for that one. A handler that returns false leaves the key to the browser. */
export type Hotkeys = readonly (readonly [keys: string, handler: () => unknown])[];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Keys that work wherever the focus is, except while typing, while a dialog is open, and with Ctrl, Meta or Alt held. */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      // Enter and Space on a button or a link are that element's own.
      const onControl = event.target instanceof Element && event.target.closest('button, a, summary') !== null;
      if (onControl && (event.key === 'Enter' || event.key === ' ')) return;
      const name = event.key === ' ' ? 'Space' : event.key;
      const found = latest.current.find(([names]) => names.split(' ').includes(name));
      if (found && found[1]() !== false) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [enabled]);
}
