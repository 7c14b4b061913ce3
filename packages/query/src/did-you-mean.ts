/** Optimal string alignment distance (insert, delete, replace, swap neighbours), or a number above `limit` once it is clear. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The nearest of `names` to what was typed: at most two edits, and fewer edits than letters typed; undefined when none is near. */
export function didYouMean(typed: string, names: readonly string[]): string | undefined {
  const text = typed.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(text.length / 2));
  for (const name of names) {
    const distance = editDistance(text, name.toLowerCase(), 2);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}
