import { numberText } from '../exposition/number-text.ts'
import { escapeLabel } from '../exposition/sample.ts'
import type { Labels } from '../exposition/sample.ts'
import type { MetricRow } from './metric-rows.ts'
import type { ShownSeries } from './series.ts'

/** All series as text: Prometheus' text format 0.0.4, or OpenMetrics 1.0. */
export function render(
  rows: readonly MetricRow[],
  series: Iterable<ShownSeries>,
  isOpenMetrics: boolean,
): string {
  const byRow = new Map<string, ShownSeries[]>(rows.map(({ id }) => [id, []]))
  for (const one of series) byRow.get(one.metric)?.push(one)
  const parts = rows.map((row) => renderRow(row, byRow.get(row.id) ?? [], isOpenMetrics))
  return `${parts.join('')}${isOpenMetrics ? '# EOF\n' : ''}`
}

function renderRow(row: MetricRow, series: readonly ShownSeries[], isOpenMetrics: boolean): string {
  if (series.length === 0) return ''
  const isCounter = row.type === 'counter' || row.type === 'total'
  // In OpenMetrics the metric is called without the `_total` that its series have.
  const family = isCounter && isOpenMetrics ? row.name.replace(/_total$/, '') : row.name
  const name = isCounter && isOpenMetrics ? `${family}_total` : row.name
  const type = isCounter ? 'counter' : row.type
  const help = row.help === '' ? '' : `# HELP ${family} ${escapeHelp(row.help, isOpenMetrics)}\n`
  const lines = series.map((one) =>
    row.type === 'histogram' ? histogramLines(row, one) : line(name, one.labels, one.value),
  )
  return `${help}# TYPE ${family} ${type}\n${lines.join('')}`
}

function histogramLines({ name, bounds }: MetricRow, series: ShownSeries): string {
  const { labels, value, counts = [] } = series
  let total = 0
  const buckets = [...bounds, Infinity].map((bound, at) => {
    total += counts[at] ?? 0
    return line(`${name}_bucket`, { ...labels, le: numberText(bound) }, total)
  })
  return `${buckets.join('')}${line(`${name}_sum`, labels, value)}${line(`${name}_count`, labels, total)}`
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  const set = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${set} ${numberText(value)}\n`
}

function escapeHelp(text: string, isOpenMetrics: boolean): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return isOpenMetrics ? escaped.replaceAll('"', '\\"') : escaped
}
