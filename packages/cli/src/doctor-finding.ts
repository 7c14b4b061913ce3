/** What the doctor found at one place. */
export interface Finding {
  /** What was looked at, in a word or two. */
  check: string;
  /** `failure`: it does not work, or messages will be lost. `warning`: it works, but not as well or as safely as it could. */
  severity: 'ok' | 'warning' | 'failure' | 'unknown';
  /** How it is, in a sentence. */
  message: string;
  /** Commands, in order, that mend it; or lines that say what to set. Empty when there is nothing to mend. */
  mend: string[];
}

export const well = (check: string, message: string): Finding => ({ check, severity: 'ok', message, mend: [] });

export const warning = (check: string, message: string, ...mend: string[]): Finding => ({
  check,
  severity: 'warning',
  message,
  mend,
});

export const failure = (check: string, message: string, ...mend: string[]): Finding => ({
  check,
  severity: 'failure',
  message,
  mend,
});

/** It could not be looked at. */
export const unknown = (check: string, message: string): Finding => ({ check, severity: 'unknown', message, mend: [] });

/** Sets a kernel parameter now and for every start from now on (sysctl.d(5)). */
export function setKernelParameter(name: string, value: number): string {
  return `echo '${name} = ${value}' | sudo tee -a /etc/sysctl.d/60-calliope.conf && sudo sysctl -p /etc/sysctl.d/60-calliope.conf`;
}

/** `1.5 GB`, decimal, as in the rest of the command line. */
export function sizeText(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
  return `${value.toFixed(value >= 100 ? 0 : 1)} ${unit}`;
}
