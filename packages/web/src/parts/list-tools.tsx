import type { Column } from './column.ts';
import { ColumnPicker } from './column-picker.tsx';
import { type ExportChoice, ExportPanel } from './export-panel.tsx';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export interface ListToolsProps<T> {
  table: string;
  columns: readonly Column<T>[];
  ascending: boolean;
  onOrder: () => void;
  /** What an export may hold. */
  choices: ExportChoice[];
  exporting: boolean;
  onExporting: (open: boolean) => void;
}

/** At the right of a list's summary line: order, columns, export. */
export function ListTools<T>(props: ListToolsProps<T>) {
  return (
    <>
      <button type="button" className="button quiet small" title="Order by time" onClick={props.onOrder}>
        {props.ascending ? 'oldest first' : 'newest first'}
      </button>
      <ColumnPicker table={props.table} columns={props.columns} />
      <Popover
        open={props.exporting}
        onOpen={props.onExporting}
        label="Export"
        className="button quiet small"
        button={
          <>
            <Icon name="export" /> Export
          </>
        }
      >
        <ExportPanel choices={props.choices} />
      </Popover>
    </>
  );
}
