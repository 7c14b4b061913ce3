import { unescapeQuoted } from './parse-name-address.ts';
import { splitList } from './split-list.ts';

export interface Warning {
  /** 300..399. */
  code: number;
  /** Host or pseudonym of who warns. */
  agent: string;
  text: string;
}

/** Parses Warning (RFC 3261 section 20.43); values that do not begin with three digits are left out. */
export function parseWarning(value: string): Warning[] {
  return splitList(value).flatMap((part) => {
    const match = /^(\d{3})[ \t]+([^ \t"]+)[ \t]*(?:"((?:[^"\\]|\\.)*)"?)?/s.exec(part);
    return match ? [{ code: Number(match[1]), agent: match[2]!, text: unescapeQuoted(match[3] ?? '') }] : [];
  });
}
