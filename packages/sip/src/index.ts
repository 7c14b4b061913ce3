export { MAX_HEADERS, scanSip } from './scan-sip.ts';
