import { type NameAddress, parseNameAddress } from './parse-name-address.ts';
import { parseReason, type Reason } from './parse-reason.ts';
import { parseSipUri, percentDecode } from './parse-sip-uri.ts';
import { splitList } from './split-list.ts';

export interface Diversion extends NameAddress {
  /** unconditional, user-busy, no-answer, unavailable, deflection … in lower case; '' when not said. */
  reason: string;
  /** undefined when not said. */
  counter: number | undefined;
  /** full, off, name, uri …; '' when not said. */
  privacy: string;
}

/** Parses Diversion (RFC 5806): the most recent diversion first. */
export function parseDiversion(value: string): Diversion[] {
  return splitList(value).map((part) => {
    const address = parseNameAddress(part);
    const counter = address.parameters.get('counter') ?? '';
    return {
      ...address,
      reason: (address.parameters.get('reason') ?? '').toLowerCase(),
      counter: /^\d{1,9}$/.test(counter) ? Number(counter) : undefined,
      privacy: address.parameters.get('privacy') ?? '',
    };
  });
}

export interface HistoryInfoEntry extends NameAddress {
  /** `1.2.1`; '' when not said. */
  index: string;
  /** How the target was found: rc, mp or np (RFC 7044), with the index it names; undefined when not said. */
  targeting: { kind: 'rc' | 'mp' | 'np'; index: string } | undefined;
  /** Reasons within the URI (RFC 7044 section 5), for which the request went on. */
  reasons: Reason[];
}

/** Parses History-Info (RFC 7044): in the order in which the targets were tried, the current one last. */
export function parseHistoryInfo(value: string): HistoryInfoEntry[] {
  return splitList(value).map((part) => {
    const address = parseNameAddress(part);
    const headers = parseSipUri(address.uri).headers.filter((header) => header.name.toLowerCase() === 'reason');
    const kind = (['rc', 'mp', 'np'] as const).find((name) => address.parameters.has(name));
    return {
      ...address,
      index: address.parameters.get('index') ?? '',
      targeting: kind && { kind, index: address.parameters.get(kind) ?? '' },
      reasons: headers.flatMap((header) => parseReason(percentDecode(header.value))),
    };
  });
}
