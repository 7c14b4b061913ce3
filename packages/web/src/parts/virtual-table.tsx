// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely, which the layout of a table element does not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the page's keys move a cursor; the links in the rows take the focus
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { type Column, narrowestWidth } from './column.ts';

const ROW_PX = 26;
/** Rows before the end at which the next page is asked for. */
const FETCH_AHEAD_ROWS = 40;

export interface VirtualTableProps<T> {
  label: string;
  items: readonly T[];
  columns: readonly Column<T>[];
  zone: string;
  keyOf: (item: T) => string;
  /** Colour of the strip at the left, any CSS colour. */
  stripOf: (item: T) => string;
  isChosen: (item: T) => boolean;
  onChoose?: (item: T) => void;
  /** Index of the row under the keyboard, -1 for none. */
  cursor: number;
  onCursor: (index: number) => void;
  onOpen: (item: T) => void;
  /** Where a row leads, so that it can be opened in another tab. */
  hrefOf: (item: T) => string;
  openRowKey: string;
  totalCount: number | undefined;
  onNearEnd: () => void;
  footer: ReactNode;
}

/** Rows of one height, of which only the visible ones exist. */
export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { items, columns, cursor } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 16,
    scrollPaddingEnd: 40,
  });
  const rows = virtual.getVirtualItems();
  const lastVisible = rows.at(-1)?.index ?? 0;
  const nearEnd = items.length > 0 && lastVisible >= items.length - FETCH_AHEAD_ROWS;
  const { onNearEnd } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer list means that the end is near again
  useEffect(() => {
    if (nearEnd) onNearEnd();
  }, [nearEnd, items.length]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a moved cursor scrolls, not a new list
  useEffect(() => {
    if (cursor >= 0) virtual.scrollToIndex(cursor, { align: 'auto' });
  }, [cursor]);

  const choosable = props.onChoose !== undefined;
  const template = `4px ${choosable ? '26px ' : ''}${columns.map((column) => column.width).join(' ')}`;
  const minWidth = narrowestWidth(columns) + (choosable ? 30 : 4);
  return (
    <div
      className="table"
      role="grid"
      tabIndex={0}
      aria-activedescendant={cursor >= 0 ? `row-${cursor}` : undefined}
      aria-label={props.label}
      aria-rowcount={props.totalCount ?? -1}
      aria-multiselectable={choosable}
    >
      <div className="table-scroll" ref={scroller}>
        <div className="table-head" role="row" style={{ gridTemplateColumns: template, minWidth }}>
          <span role="columnheader" aria-label="Colour" />
          {choosable && <span role="columnheader" aria-label="Chosen" />}
          {columns.map((column) => (
            <span key={column.key} role="columnheader" className={column.end ? 'end clip' : 'clip'}>
              {column.label}
            </span>
          ))}
        </div>
        <div className="table-body" style={{ height: virtual.getTotalSize(), minWidth }}>
          {rows.map((row) => (
            <Row key={row.key} {...props} index={row.index} top={row.start} template={template} />
          ))}
        </div>
        <div className="table-foot">{props.footer}</div>
      </div>
    </div>
  );
}

interface RowProps<T> extends VirtualTableProps<T> {
  index: number;
  top: number;
  template: string;
}

function Row<T>(props: RowProps<T>) {
  const { index, columns } = props;
  const item = props.items[index];
  if (item === undefined) return null;
  const chosen = props.isChosen(item);
  const state = [index === props.cursor && 'at', chosen && 'chosen', props.openRowKey === props.keyOf(item) && 'open'];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys move and open rows
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 1}
      aria-selected={chosen}
      className={`table-row ${state.filter(Boolean).join(' ')}`}
      data-testid="results-row"
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
      onClick={(event) => {
        props.onCursor(index);
        if ((event.target as Element).closest('a, button')) return;
        if (event.ctrlKey || event.metaKey) props.onChoose?.(item);
        else props.onOpen(item);
      }}
    >
      <span className="strip" role="gridcell" style={{ background: props.stripOf(item) }} />
      {props.onChoose && (
        <span role="gridcell" className="choose">
          <button
            type="button"
            role="checkbox"
            aria-checked={chosen}
            aria-label="Choose for one ladder"
            tabIndex={-1}
            onClick={() => props.onChoose?.(item)}
          >
            {chosen ? '✓' : ''}
          </button>
        </span>
      )}
      {columns.map((column, at) => (
        <span key={column.key} role="gridcell" className={column.end ? 'cell end' : 'cell'}>
          {at === 0 ? (
            <a
              href={props.hrefOf(item)}
              tabIndex={-1}
              data-testid="call-open"
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
                event.preventDefault();
                props.onOpen(item);
              }}
            >
              {column.render(item, props.zone)}
            </a>
          ) : (
            column.render(item, props.zone)
          )}
        </span>
      ))}
    </div>
  );
}
