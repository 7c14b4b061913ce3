import { defectNames, emptyFields, Field } from '@calliope/model';
import { scanSip } from '@calliope/sip';

/** What the capture node would read of a payload. */
export function scannedFields(payload: Uint8Array): { defects: string[]; callId: string; responseCode: number } {
  const fields = emptyFields();
  scanSip(payload, 0, payload.length, fields);
  const start = fields.at[2 * Field.CALL_ID]!;
  const end = fields.at[2 * Field.CALL_ID + 1]!;
  return {
    defects: defectNames(fields.defects),
    callId: new TextDecoder().decode(fields.bytes.subarray(start, end)),
    responseCode: fields.responseCode,
  };
}
