/** The last line of SIPp's statistics (`-trace_stat`): cumulated figures. */
export interface SippStatistics {
  callsCreated: number;
  callsSuccessful: number;
  callsFailed: number;
  retransmissions: number;
  /** Every cumulated column by SIPp's own name, e.g. `FailedUnexpectedMessage`. */
  columns: Record<string, number>;
}

export function parseSippStatistics(csv: string): SippStatistics {
  const lines = csv.split('\n').filter((line) => line !== '');
  const names = lines[0]?.split(';') ?? [];
  const values = lines.length > 1 ? (lines.at(-1)?.split(';') ?? []) : [];
  const columns: Record<string, number> = {};
  for (const [index, name] of names.entries()) {
    const cumulated = /^(.+)\(C\)$/.exec(name)?.[1] ?? (name === 'TotalCallCreated' ? name : undefined);
    const value = Number(values[index]);
    if (cumulated !== undefined && Number.isFinite(value)) columns[cumulated] = value;
  }
  return {
    callsCreated: columns.TotalCallCreated ?? 0,
    callsSuccessful: columns.SuccessfulCall ?? 0,
    callsFailed: columns.FailedCall ?? 0,
    retransmissions: columns.Retransmissions ?? 0,
    columns,
  };
}
