import type { Ladder } from './ladder.ts';

export interface LadderMeasures {
  /** Distance of two lanes. */
  laneWidth: number;
  rowHeight: number;
  /** Room left of the lanes for times, default 0. */
  marginLeft?: number;
  /** Room above the rows for the lanes' names, default 0. */
  headerHeight?: number;
}

/** Where things are, in the unit of the measures (pixels). The web's rows and the SVG are drawn from the same numbers. */
export interface LadderGeometry {
  width: number;
  height: number;
  /** Middle of each lane. */
  laneX: number[];
  /** Of each row of the ladder: its top, and where its arrow begins and ends; both null for a note without lane; equal for a message to oneself. */
  rows: { y: number; fromX: number | null; toX: number | null }[];
}

export function ladderGeometry(ladder: Ladder, measures: LadderMeasures): LadderGeometry {
  const { laneWidth, rowHeight, marginLeft = 0, headerHeight = 0 } = measures;
  const laneX = ladder.lanes.map((_, index) => marginLeft + laneWidth * (index + 0.5));
  const rows = ladder.rows.map((row, index) => {
    const [from, to] = row.kind === 'note' ? [row.lane, row.lane] : [row.fromLane, row.toLane];
    return {
      y: headerHeight + index * rowHeight,
      fromX: from === null ? null : laneX[from]!,
      toX: to === null ? null : laneX[to]!,
    };
  });
  return {
    width: marginLeft + laneWidth * ladder.lanes.length,
    height: headerHeight + rowHeight * ladder.rows.length,
    laneX,
    rows,
  };
}
