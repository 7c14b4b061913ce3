import { type ReactNode, useRef } from 'react';
import { usePreferences } from './use-preferences.ts';

/** A panel at the right whose width is dragged, or set with ← → on its edge. */
export function SidePanel({ children, wide }: { children: ReactNode; wide?: boolean }) {
  const [{ detailWidth }, change] = usePreferences();
  const start = useRef({ x: 0, width: 0 });
  const width = wide ? Math.max(detailWidth, 720) : detailWidth;
  const resize = (next: number) => change({ detailWidth: Math.min(1600, Math.max(280, Math.round(next))) });
  return (
    <>
      <button
        type="button"
        className="split-handle"
        aria-label="Width of the details"
        onPointerDown={(event) => {
          start.current = { x: event.clientX, width };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId))
            resize(start.current.width + start.current.x - event.clientX);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') resize(width + 24);
          if (event.key === 'ArrowRight') resize(width - 24);
        }}
      />
      <div className="side-panel" style={{ width: `min(${width}px, 62vw)` }}>
        {children}
      </div>
    </>
  );
}
