import { type ReactNode, useEffect, useRef } from 'react';

export interface PopoverProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  button: ReactNode;
  label: string;
  side?: 'left' | 'right';
  up?: boolean;
  className?: string;
  children: ReactNode;
}

/** A button with a panel below it; Escape and a click elsewhere close it, and the focus goes back to the button. */
export function Popover({ open, onOpen, button, label, side, up, className, children }: PopoverProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    const inside = (event: Event) => anchor.current?.contains(event.target as Node) ?? false;
    const click = (event: PointerEvent) => {
      if (!inside(event)) onOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      onOpen(false);
      anchor.current?.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', click);
    document.addEventListener('keydown', closeOnEscape, true);
    const first = anchor.current?.querySelector<HTMLElement>('.popover [data-first], .popover button, .popover a');
    first?.focus();
    return () => {
      document.removeEventListener('pointerdown', click);
      document.removeEventListener('keydown', closeOnEscape, true);
    };
  }, [open, onOpen]);
  return (
    <span className="popover-anchor" ref={anchor}>
      <button
        type="button"
        className={className ?? 'button'}
        aria-expanded={open}
        aria-haspopup="dialog"
        aria-label={label}
        title={label}
        onClick={() => onOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div className={`popover ${side === 'left' ? 'left' : ''} ${up ? 'up' : ''}`} role="dialog" aria-label={label}>
          {children}
        </div>
      )}
    </span>
  );
}
