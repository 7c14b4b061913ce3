/** `to` with what `from` holds, at the same places. */
export function grown<T extends Int32Array | Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
