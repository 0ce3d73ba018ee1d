/** Label names and their values. */
export type Labels = Readonly<Record<string, string>>

/** One value of one series. */
export interface Sample {
  /** The series' name, such as `http_requests_total` or `latency_seconds_bucket`. */
  readonly name: string
  readonly labels: Labels
  readonly value: number
  /** Milliseconds since the epoch, where it says so itself. */
  readonly timeMs: number | undefined
}

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'unknown'

/** What is said about all series of a metric. */
export interface MetricAbout {
  type: MetricType
  help: string
  unit: string
}

/** What a target shows. */
export interface Exposition {
  readonly samples: readonly Sample[]
  readonly about: ReadonlyMap<string, MetricAbout>
}

/** A series as Prometheus writes it: `name{a="b",c="d"}`, labels in order of their names. */
export function seriesText(name: string, labels: Labels): string {
  const names = Object.keys(labels)
  if (names.length === 0) return name
  const pairs = names.toSorted().map((label) => `${label}="${escapeLabel(labels[label] ?? '')}"`)
  return `${name}{${pairs.join(',')}}`
}

/** A label value between quotes. */
export function escapeLabel(value: string): string {
  if (!/["\\\n]/.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
