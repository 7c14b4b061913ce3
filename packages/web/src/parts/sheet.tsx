import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';

/** A modal dialog; Escape closes it. */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="sheet" onClose={onClose} aria-label={title}>
      <div className="inline">
        <h2>{title}</h2>
        <span className="spacer" />
        <button type="button" className="button quiet small" onClick={() => dialog.current?.close()} aria-label="Close">
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
