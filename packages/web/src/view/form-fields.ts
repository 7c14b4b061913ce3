import type { SearchFormField } from '@calliope/query';

export interface FormField {
  field: SearchFormField;
  label: string;
  example: string;
  /** In the simple form too. */
  simple?: boolean;
}

/** Text fields of the form in reading order; methods, transport and IP version have controls of their own. */
export const FORM_FIELDS: readonly FormField[] = [
  { field: 'number', label: 'Number, either side', example: '7654321', simple: true },
  { field: 'callId', label: 'Call-ID', example: 'a84b4c76e66710', simple: true },
  { field: 'aNumber', label: 'A-number (caller)', example: '+49301234' },
  { field: 'bNumber', label: 'B-number (called)', example: '03012*' },
  { field: 'responseCode', label: 'Response code', example: '4xx, 503, >=500' },
  { field: 'userAgent', label: 'User agent', example: 'Kamailio' },
  { field: 'ip', label: 'IP, either side', example: '10.0.0.0/8' },
  { field: 'sourceIp', label: 'Source IP', example: '10.30.0.4' },
  { field: 'destinationIp', label: 'Destination IP', example: '10.30.0.9' },
  { field: 'port', label: 'Port, either side', example: '5060' },
  { field: 'sourcePort', label: 'Source port', example: '5060' },
  { field: 'destinationPort', label: 'Destination port', example: '5060..5090' },
  { field: 'fromTag', label: 'From tag', example: '1928301774' },
  { field: 'toTag', label: 'To tag', example: 'a6c85cf' },
  { field: 'node', label: 'Capture node', example: 'node-1' },
  { field: 'text', label: 'Free text in the message', example: 'X-CID: 42' },
];

export const NUMBER_MODE_LABELS = {
  ends: 'ends with',
  starts: 'starts with',
  contains: 'contains',
  exact: 'is exactly',
} as const;
