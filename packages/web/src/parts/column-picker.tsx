import { useState } from 'react';
import { type Column, shownColumns } from './column.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';
import { usePreferences } from './use-preferences.ts';

/** Which columns a table shows; kept in this browser. */
export function ColumnPicker<T>({ table, columns }: { table: string; columns: readonly Column<T>[] }) {
  const [open, setOpen] = useState(false);
  const [preferences, change] = usePreferences();
  const shown = shownColumns(columns, preferences.shownColumns[table]).map((column) => column.key);
  const toggle = (key: string) => {
    const next = shown.includes(key) ? shown.filter((other) => other !== key) : [...shown, key];
    change({ shownColumns: { ...preferences.shownColumns, [table]: next } });
  };
  return (
    <Popover
      open={open}
      onOpen={setOpen}
      label="Columns"
      className="button quiet small"
      button={<Icon name="columns" />}
    >
      {columns.map((column) => (
        <label key={column.key} className="menu-item">
          <input type="checkbox" checked={shown.includes(column.key)} onChange={() => toggle(column.key)} />
          {column.label}
        </label>
      ))}
    </Popover>
  );
}
