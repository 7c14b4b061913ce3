import { ColumnBuffer } from './column-buffer.ts';

export interface NativeColumn {
  name: string;
  type: string;
  /** One after the other. */
  content: readonly Uint8Array[];
}

/**
 * The pieces of one block in ClickHouse's Native format: number of columns and of rows, then each column's name, type and values
 * (https://clickhouse.com/docs/interfaces/formats/Native). Columns, not rows: the database reads such a file in a fifth of the time that RowBinary takes.
 */
export function nativeBlock(rows: number, columns: readonly NativeColumn[]): Uint8Array[] {
  return [nativeHead(rows, columns.length), ...columns.flatMap((column) => [nativeTitle(column), ...column.content])];
}

/** How a block begins. */
export function nativeHead(rows: number, columns: number): Buffer {
  const head = new ColumnBuffer(16);
  head.size(columns);
  head.size(rows);
  return head.content();
}

/** What stands before the values of a column. */
export function nativeTitle({ name, type }: Pick<NativeColumn, 'name' | 'type'>): Buffer {
  const title = new ColumnBuffer(name.length + type.length + 16);
  for (const text of [Buffer.from(name), Buffer.from(type)]) title.text(text, 0, text.length);
  return title.content();
}
