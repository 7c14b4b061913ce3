/** Methods with a group of their own (RFC 3261 and its extensions); others are `other`, so that invented ones make no groups. */
export const HISTOGRAM_METHODS: readonly string[] = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'PRACK',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
];

/** The group of a message in a histogram: the method of a request, the class of a response ("4xx"), else `other`. */
export function histogramGroup(method: string, responseCode: number): string {
  if (responseCode >= 100 && responseCode <= 699) return `${Math.floor(responseCode / 100)}xx`;
  return responseCode === 0 && HISTOGRAM_METHODS.includes(method) ? method : 'other';
}
