/** Counts defects of a closed set by name. A name appears in `counts` once it has happened. */
export interface DefectCounter<Name extends string> {
  counts: Record<string, number>;
  /** `scope`: whose packets have it; '' where there is but one. */
  add(name: Name, scope?: string): void;
}

/** `onDefect` is told each, after it was counted. */
export function createDefectCounter<Name extends string>(
  onDefect?: (name: Name, scope: string) => void,
): DefectCounter<Name> {
  const counts: Record<string, number> = {};
  return {
    counts,
    add(name, scope = '') {
      counts[name] = (counts[name] ?? 0) + 1;
      onDefect?.(name, scope);
    },
  };
}
