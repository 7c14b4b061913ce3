export interface CSeq {
  /** 0..2^31-1. */
  number: number;
  method: string;
}

/** Parses CSeq (RFC 3261 section 20.16); undefined when it is not a number below 2^31 and a method. */
export function parseCSeq(value: string): CSeq | undefined {
  const match = /^\s*(\d+)\s+([\w.!%*+`'~-]+)\s*$/.exec(value);
  if (!match) return undefined;
  const number = Number(match[1]);
  return number <= 0x7fffffff ? { number, method: match[2]! } : undefined;
}

/** Parses RAck (RFC 3262 section 7.2): the RSeq of the provisional response, and the CSeq of the request. */
export function parseRAck(value: string): { responseNumber: number; cseq: CSeq } | undefined {
  const match = /^\s*(\d+)\s+(\d.*)$/s.exec(value);
  const cseq = match ? parseCSeq(match[2]!) : undefined;
  return match && cseq ? { responseNumber: Number(match[1]), cseq } : undefined;
}
