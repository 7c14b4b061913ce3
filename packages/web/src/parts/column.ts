import type { ReactNode } from 'react';

/** A column of a virtual table. */
export interface Column<T> {
  key: string;
  label: string;
  /** Track of a CSS grid: `70px`, or `minmax(110px, 1fr)`. */
  width: string;
  /** Numbers stand at the right. */
  end?: boolean;
  /** Not shown until somebody chooses it. */
  optional?: boolean;
  render: (item: T, zone: string) => ReactNode;
}

/** The columns to show: those that a person chose, else the usual ones, in the table's order. */
export function shownColumns<T>(columns: readonly Column<T>[], chosen: readonly string[] | undefined): Column<T>[] {
  const shown = columns.filter((column) => (chosen ? chosen.includes(column.key) : !column.optional));
  return shown.length > 0 ? shown : columns.filter((column) => !column.optional);
}

/** The narrowest that these columns can be together, in CSS pixels: all rows get the same width, so that their tracks line up. */
export function narrowestWidth<T>(columns: readonly Column<T>[]): number {
  return columns.reduce((sum, column) => sum + Number(/\d+/.exec(column.width)?.[0] ?? 0), 0);
}
