/** One metric of Prometheus' text exposition format, version 0.0.4. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: MetricSample[];
}

export interface MetricSample {
  /** Of a histogram: `_bucket`, `_sum`, `_count`. */
  suffix?: string;
  labels?: Record<string, string>;
  value: number;
}

/** The text of metrics; one without samples is left out. */
export function exposition(metrics: readonly Metric[]): string {
  return `${metrics
    .filter(({ samples }) => samples.length > 0)
    .map(metricText)
    .join('\n')}\n`;
}

function metricText({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const text = Object.entries(labels ?? {})
      .map(([label, content]) => `${label}="${escapeLabel(content)}"`)
      .join(',');
    return `${name}${suffix}${text === '' ? '' : `{${text}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/**
 * The samples of one histogram.
 * @param bounds upper bounds of the buckets, ascending
 * @param counts by bucket, each alone; one more than `bounds`
 */
export function histogramSamples(
  labels: Record<string, string>,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): MetricSample[] {
  const samples: MetricSample[] = [];
  let total = 0;
  for (const [i, count] of counts.entries()) {
    total += count;
    const le = i < bounds.length ? String(bounds[i]) : '+Inf';
    samples.push({ suffix: '_bucket', labels: { ...labels, le }, value: total });
  }
  samples.push({ suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total });
  return samples;
}
