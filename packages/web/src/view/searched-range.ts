/** What a search was answered for, in microseconds since 1970. */
export interface SearchedRange {
  fromUs: number;
  /** Not included; of a range without an end, when the answer came. */
  toUs: number;
  /** No end was given: what a fast clock dates after now was searched too. */
  openEnd: boolean;
}

/** A century ahead of anything that is searched for: the server answers an open end with a date beyond all that is stored. */
const OPEN_END_US = Date.UTC(2199, 0) * 1000;

export function searchedRange(answer: { fromUs: number; toUs: number }, answeredUs: number): SearchedRange {
  const openEnd = answer.toUs >= OPEN_END_US;
  return { fromUs: answer.fromUs, toUs: openEnd ? Math.max(answeredUs, answer.fromUs + 1) : answer.toUs, openEnd };
}
