/** Counts defects of a closed set by name. A name appears in `counts` once it has happened. */
export interface DefectCounter<Name extends string> {
  counts: Record<string, number>;
  add(name: Name): void;
}

/** `onDefect` is told each, after it was counted. */
export function createDefectCounter<Name extends string>(onDefect?: (name: Name) => void): DefectCounter<Name> {
  const counts: Record<string, number> = {};
  return {
    counts,
    add(name) {
      counts[name] = (counts[name] ?? 0) + 1;
      onDefect?.(name);
    },
  };
}
