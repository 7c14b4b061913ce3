import { END_OF_TIME_US } from '@calliope/model';

/** What a search was answered for, in microseconds since 1970. */
export interface SearchedRange {
  fromUs: number;
  /** Not included; of a range without an end, when the answer came. */
  toUs: number;
  /** No end was given: what a fast clock dates after now was searched too. */
  openEnd: boolean;
}

export function searchedRange(answer: { fromUs: number; toUs: number }, answeredUs: number): SearchedRange {
  const openEnd = answer.toUs >= END_OF_TIME_US;
  return { fromUs: answer.fromUs, toUs: openEnd ? Math.max(answeredUs, answer.fromUs + 1) : answer.toUs, openEnd };
}
