// biome-ignore-all lint/a11y/useSemanticElements: a lane's head has a button in it, which a button may not
import type { LadderLane } from '@calliope/calls';
import { useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { type LaneLayout, movedLane } from '../view/ladder-layout.ts';

export interface LaneHeadsProps {
  lanes: readonly LadderLane[];
  layout: LaneLayout;
  onOrder: (keys: string[]) => void;
  onHide: (key: string) => void;
}

/** Ports of a lane as far as they fit; an ephemeral crowd is counted. */
function portsText(lane: LadderLane): string {
  return lane.ports.length <= 3 ? lane.ports.join(', ') : `${lane.ports.length} ports`;
}

/** Names above the lanes: drag to another place, or move with ← → while one has the focus, Delete hides it. */
export function LaneHeads({ lanes, layout, onOrder, onHide }: LaneHeadsProps) {
  const [dragged, setDragged] = useState('');
  const [over, setOver] = useState('');
  const keys = lanes.map((lane) => lane.key);
  const move = (key: string, index: number) => onOrder(movedLane(keys, key, index));
  return (
    <div className="lane-heads" style={{ width: layout.width }}>
      {lanes.map((lane, index) => (
        <div
          key={lane.key}
          role="button"
          className={`lane-head ${over === lane.key && dragged !== lane.key ? 'over' : ''}`}
          style={{ left: layout.xOf(index) - layout.gap / 2 + 6, width: layout.gap - 12 }}
          tabIndex={0}
          aria-label={`Lane ${lane.label}. Left and right arrow move it, Delete hides it.`}
          title={`${lane.addresses.join('\n')}\nports ${lane.ports.join(', ')}\n\ndrag to reorder`}
          draggable
          onDragStart={(event) => {
            setDragged(lane.key);
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', lane.key);
          }}
          onDragEnd={() => {
            setDragged('');
            setOver('');
          }}
          onDragOver={(event) => {
            if (dragged === '') return;
            event.preventDefault();
            setOver(lane.key);
          }}
          onDrop={(event) => {
            event.preventDefault();
            if (dragged !== '' && dragged !== lane.key) move(dragged, index);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowLeft') move(lane.key, index - 1);
            else if (event.key === 'ArrowRight') move(lane.key, index + 1);
            else if (event.key === 'Delete') onHide(lane.key);
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          <b className="clip">{lane.label}</b>
          <span className="clip muted">{portsText(lane)}</span>
          {lanes.length > 2 && (
            <button
              type="button"
              className="lane-hide"
              tabIndex={-1}
              aria-label={`Hide ${lane.label}`}
              title="Hide"
              onClick={() => onHide(lane.key)}
            >
              <Icon name="close" size={10} />
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
