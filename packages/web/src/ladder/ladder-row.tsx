import { type LadderGhostRow, type LadderMessageRow, type LadderRow as Row, sdpChipText } from '@calliope/calls';
import { memo } from 'react';
import { formatDeltaUs } from '../view/format-figures.ts';
import { LADDER_ROW_PX, type LaneLayout } from '../view/ladder-layout.ts';

const ARROW_Y = 24;
const HEAD = 7;

export interface LadderRowProps {
  row: Row;
  top: number;
  index: number;
  layout: LaneLayout;
  colour: string;
  times: [string, string];
  legTag: string;
  at: boolean;
  open: boolean;
  marked: number;
  lit: boolean;
  onPoint: (transaction: string) => void;
  onPick: (index: number, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => void;
}

function Arrow({
  row,
  layout,
  colour,
}: {
  row: LadderMessageRow | LadderGhostRow;
  layout: LaneLayout;
  colour: string;
}) {
  const from = layout.xOf(row.fromLane);
  const to = layout.xOf(row.toLane);
  const ghost = row.kind === 'ghost';
  const response = row.kind === 'message' && row.class !== 'request';
  const dash = ghost ? '2 5' : response ? '7 4' : undefined;
  if (from === to) {
    return (
      <svg className="arrow" width={layout.width} height={LADDER_ROW_PX} aria-hidden="true" style={{ color: colour }}>
        <path d={`M${from} 12h26v12h-20`} fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray={dash} />
        <path d={`M${from + 2} 24l${HEAD}-4v8z`} fill="currentColor" />
      </svg>
    );
  }
  const right = to > from ? 1 : -1;
  const tip = to - right * 1.5;
  const head =
    response || ghost
      ? `M${tip - right * HEAD} ${ARROW_Y - 4}L${tip} ${ARROW_Y}L${tip - right * HEAD} ${ARROW_Y + 4}`
      : `M${tip} ${ARROW_Y}l${-right * (HEAD + 1)}-4.5v9z`;
  return (
    <svg className="arrow" width={layout.width} height={LADDER_ROW_PX} aria-hidden="true" style={{ color: colour }}>
      <line
        x1={from}
        y1={ARROW_Y}
        x2={tip - (response || ghost ? 0 : right * 4)}
        y2={ARROW_Y}
        stroke="currentColor"
        strokeWidth={ghost ? 1.2 : 1.6}
        strokeDasharray={dash}
      />
      <path
        d={head}
        fill={response || ghost ? 'none' : 'currentColor'}
        stroke={response || ghost ? 'currentColor' : 'none'}
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
      <circle cx={from} cy={ARROW_Y} r="2.2" fill="currentColor" />
    </svg>
  );
}

function Chips({ row }: { row: LadderMessageRow }) {
  const last = row.retransmissions.at(-1);
  return (
    <>
      {row.sdp && <span className={`sdp-chip ${row.sdp.hold ? 'hold' : ''}`}>{sdpChipText(row.sdp)}</span>}
      {row.digest && (
        <span className="tag" title={row.digest === 'challenge' ? 'asks for credentials' : 'carries credentials'}>
          {row.digest === 'challenge' ? 'auth?' : 'auth'}
        </span>
      )}
      {last && (
        <span
          className="tag again"
          title={row.retransmissions
            .map((again) => `again after ${formatDeltaUs(again.sinceFirstTransmissionUs)}`)
            .join('\n')}
        >
          ×{row.retransmissions.length + 1}
        </span>
      )}
      {row.retransmissionOf !== null && <span className="tag again">again</span>}
      {row.seenBy > 1 && (
        <span className="tag" title={row.observations.map((one) => one.node).join('\n')}>
          seen by {row.seenBy}
        </span>
      )}
      {row.transport !== 'udp' && <span className="tag">{row.transport}</span>}
      {row.message.defects.length > 0 && (
        <span className="tag bad" title={row.message.defects.join(', ')}>
          defect
        </span>
      )}
    </>
  );
}

/** Label above its arrow, as wide as the arrow is long and a little more; what does not fit is in the title. */
function Label({ row, layout, colour }: { row: Row; layout: LaneLayout; colour: string }) {
  const lanes = row.kind === 'note' ? [row.lane ?? 0, row.lane ?? 0] : [row.fromLane, row.toLane];
  const left = Math.min(layout.xOf(lanes[0]!), layout.xOf(lanes[1]!));
  const length = Math.abs(layout.xOf(lanes[0]!) - layout.xOf(lanes[1]!));
  const place =
    length === 0
      ? { left: left + (row.kind === 'note' ? -10 : 32), width: layout.gap - 40 }
      : { left: left + 4, width: length - 8 };
  return (
    <div className={`arrow-label ${length === 0 ? 'start' : ''}`} style={place} title={row.label}>
      <span className="clip" style={{ color: colour }}>
        {row.label}
      </span>
      {row.kind === 'message' && <Chips row={row} />}
    </div>
  );
}

function LadderRowPlain(props: LadderRowProps) {
  const { row, layout, colour } = props;
  const failure = row.kind === 'message' && row.firstFailure;
  const state = [
    row.kind,
    props.at && 'at',
    props.open && 'open',
    props.lit && 'lit',
    failure && 'first-failure',
    props.marked > 0 && 'marked',
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys move and open rows
    <div
      role="option"
      id={`ladder-${props.index}`}
      tabIndex={-1}
      aria-selected={props.at}
      data-testid="ladder-row"
      className={`ladder-row ${state.filter(Boolean).join(' ')}`}
      style={{ transform: `translateY(${props.top}px)` }}
      onPointerEnter={() => props.onPoint(row.kind === 'note' ? '' : row.transaction)}
      onClick={(event) => props.onPick(props.index, event)}
    >
      <span className="ladder-time">
        <span className="mark-sign">{props.marked > 0 ? ['①', '②'][props.marked - 1] : ''}</span>
        {props.times[0]}
      </span>
      <span className="ladder-delta">
        {props.legTag && <span className="leg-tag">{props.legTag}</span>}
        {props.times[1]}
      </span>
      <span className="ladder-lanes" style={{ width: layout.width }}>
        {row.kind !== 'note' && <Arrow row={row} layout={layout} colour={colour} />}
        <Label row={row} layout={layout} colour={colour} />
      </span>
    </div>
  );
}

export const LadderRowView = memo(LadderRowPlain, (before, after) =>
  (Object.keys(after) as (keyof LadderRowProps)[]).every((key) =>
    key === 'times'
      ? before.times[0] === after.times[0] && before.times[1] === after.times[1]
      : before[key] === after[key],
  ),
);
