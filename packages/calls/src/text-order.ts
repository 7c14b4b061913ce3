/**
 * Orders two texts by code point, which is the order of their UTF-8 bytes and so that of databases.
 * (JavaScript's own order is by UTF-16 unit and puts emoji before U+E000..U+FFFF.)
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above the rest of the basic plane. */
function weight(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Union of two sorted sets without repeats, sorted by code point, cut to its least `limit` values. */
export function uniteSorted(a: readonly string[], b: readonly string[], limit: number): string[] {
  const union: string[] = [];
  let i = 0;
  let j = 0;
  while (union.length < limit && (i < a.length || j < b.length)) {
    const x = a[i];
    const y = b[j];
    const order = x === undefined ? 1 : y === undefined ? -1 : compareText(x, y);
    union.push(order <= 0 ? x! : y!);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return union;
}
