/** A plain table: a header line, then the rows, columns padded to their widest cell; the last column is not padded. Control characters are shown as `·`. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a hostile header must not move the terminal's cursor
  const clean = (cell: string) => cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
  const lines = [header, ...rows].map((row) => row.map(clean));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .join('\n');
}
