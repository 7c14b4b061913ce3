import { useState } from 'react';
import { Icon } from './icon.tsx';

/** Copies a text; where the browser forbids the clipboard (plain http), a selected text field does the same. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'sr-only';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const copy = async () => {
    setState((await copyText(text)) ? 'done' : 'failed');
    setTimeout(() => setState('idle'), 1600);
  };
  return (
    <button type="button" className="button small" onClick={copy}>
      <Icon name="copy" size={13} />
      <span aria-live="polite">{state === 'done' ? 'Copied' : state === 'failed' ? 'Not allowed' : label}</span>
    </button>
  );
}
