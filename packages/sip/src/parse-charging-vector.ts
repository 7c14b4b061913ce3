import { parseParameters } from './parse-name-address.ts';

export interface ChargingVector {
  /** '' when there is none. */
  icidValue: string;
  icidGeneratedAt: string;
  originatingInterOperator: string;
  terminatingInterOperator: string;
}

/** Parses P-Charging-Vector (RFC 7315 section 5.6). The first parameter stands before the first semicolon. */
export function parseChargingVector(value: string): ChargingVector {
  const parameters = parseParameters(`;${value}`);
  return {
    icidValue: parameters.get('icid-value') ?? '',
    icidGeneratedAt: parameters.get('icid-generated-at') ?? '',
    originatingInterOperator: parameters.get('orig-ioi') ?? '',
    terminatingInterOperator: parameters.get('term-ioi') ?? '',
  };
}
