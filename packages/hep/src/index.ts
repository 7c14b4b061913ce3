export { decodeHep, isHep3Magic } from './decode-hep.ts';
export { type EncodeHep3Options, encodeHep3 } from './encode-hep3.ts';
export { encodeHep1, encodeHep2 } from './encode-legacy-hep.ts';
export { type HepFields, hepFieldsOf } from './hep-fields.ts';
export {
  HEP_DEFECTS,
  HepCode,
  type HepDefect,
  HepFlag,
  type HepResult,
  hepDefect,
  isHepPacket,
  MAX_INFLATED_BYTES,
} from './hep-result.ts';
export { createHepStream, type HepStream, type HepStreamOptions } from './hep-stream.ts';
export { isPlausibleTime } from './packet-clock.ts';
