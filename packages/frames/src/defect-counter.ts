/** Counts defects of a closed set by name. A name appears in `counts` once it has happened. */
export interface DefectCounter<Name extends string> {
  counts: Record<string, number>;
  add(name: Name): void;
}

export function createDefectCounter<Name extends string>(): DefectCounter<Name> {
  const counts: Record<string, number> = {};
  return {
    counts,
    add(name) {
      counts[name] = (counts[name] ?? 0) + 1;
    },
  };
}
