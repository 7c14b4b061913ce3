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
  const pieces: Uint8Array[] = [];
  const head = new ColumnBuffer(16);
  head.size(columns.length);
  head.size(rows);
  pieces.push(head.content());
  for (const { name, type, content } of columns) {
    const title = new ColumnBuffer(name.length + type.length + 16);
    for (const text of [name, type].map((value) => Buffer.from(value))) title.text(text, 0, text.length);
    pieces.push(title.content(), ...content);
  }
  return pieces;
}
