/** How numbers of a country are dialled inside it. */
export interface NumberingPlan {
  countryCode: string;
  /** What precedes the national significant number; '' where nothing does and a leading 0 is part of the number. */
  trunkPrefix: string;
  /** What is dialled before a country code, besides `+`. */
  internationalPrefixes: readonly string[];
}

/**
 * Country codes without a trunk prefix, after ITU-T's list "Dialling procedures" (annex to Operational Bulletin 994) and later changes by the
 * countries. What is not listed here or below has 0. North America's trunk prefix is its country code, so it needs none of its own.
 */
const WITHOUT_TRUNK_PREFIX = new Set(
  '1 30 34 39 45 47 48 52 65 210 216 225 226 228 229 240 297 298 299 350 351 352 354 356 357 371 372 376 377 378 379 420 502 503 504 505 506 507 509 591 595 597 599 673 852 853 965 968 973 974'.split(
    ' ',
  ),
);
const OTHER_TRUNK_PREFIX: Record<string, string> = { '7': '8', '36': '06' };
const OTHER_INTERNATIONAL_PREFIXES: Record<string, readonly string[]> = { '1': ['011'], '7': ['810'] };

/** The plan of a country code; undefined unless it is 1 to 3 digits that do not begin with 0. */
export function numberingPlan(countryCode: string): NumberingPlan | undefined {
  if (!/^[1-9]\d{0,2}$/.test(countryCode)) return undefined;
  const trunkPrefix = WITHOUT_TRUNK_PREFIX.has(countryCode) ? '' : (OTHER_TRUNK_PREFIX[countryCode] ?? '0');
  return {
    countryCode,
    trunkPrefix,
    internationalPrefixes: ['00', ...(OTHER_INTERNATIONAL_PREFIXES[countryCode] ?? [])],
  };
}
