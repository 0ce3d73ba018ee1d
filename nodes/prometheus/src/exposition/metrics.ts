import { parseNumber } from './number-text.ts'
import { seriesText } from './sample.ts'
import type { Exposition, Labels, MetricAbout, MetricType, Sample } from './sample.ts'

/** A metric with one set of labels: a value, or what a histogram or summary is made of. */
export interface Metric {
  readonly name: string
  readonly type: MetricType
  readonly labels: Labels
  readonly timeMs: number | undefined
  value?: number
  /** How many observations were at most `le`. */
  buckets?: { readonly le: number; readonly count: number }[]
  quantiles?: { readonly quantile: number; readonly value: number }[]
  sum?: number
  count?: number
}

/** What metric a sample is of, by its name and what the target says about its metrics. */
export function metricOf(
  name: string,
  about: Exposition['about'],
): { readonly name: string; readonly about: MetricAbout | undefined; readonly suffix: string } {
  const own = about.get(name)
  if (own !== undefined) return { name, about: own, suffix: '' }
  const suffix = suffixes.find((each) => name.endsWith(each)) ?? ''
  const base = suffix === '' ? name : name.slice(0, -suffix.length)
  const found = about.get(base)
  if (found !== undefined && fits(found.type, suffix)) return { name: base, about: found, suffix }
  return { name, about: undefined, suffix: '' }
}

const suffixes = ['_bucket', '_sum', '_count', '_total', '_created', '_info', '_gsum', '_gcount']

function fits(type: MetricType, suffix: string): boolean {
  if (suffix === '_total') return type === 'counter'
  if (suffix === '_info') return type === 'info'
  if (suffix === '_bucket') return type === 'histogram'
  if (suffix === '_created') return type === 'counter' || isComposed(type)
  return isComposed(type)
}

const isComposed = (type: MetricType): boolean => type === 'histogram' || type === 'summary'

/** Puts together what belongs together: the buckets of a histogram, the quantiles of a summary. */
export function groupMetrics({ samples, about }: Exposition): readonly Metric[] {
  const metrics = new Map<string, Metric>()
  for (const sample of samples) {
    const { name, about: known, suffix } = metricOf(sample.name, about)
    const type = known?.type ?? 'unknown'
    // Of a counter, its total keeps the name that its series has.
    const shown = type === 'counter' || type === 'info' ? sample.name : name
    if (suffix === '_created') continue
    const labels = isComposed(type) ? withoutRank(sample.labels) : sample.labels
    const key = seriesText(shown, labels)
    const metric = metrics.get(key) ?? { name: shown, type, labels, timeMs: sample.timeMs }
    metrics.set(key, metric)
    fill(metric, sample, suffix)
  }
  return [...metrics.values()]
}

function withoutRank(labels: Labels): Labels {
  const { le: _le, quantile: _quantile, ...rest } = labels
  return rest
}

function fill(metric: Metric, { labels, value }: Sample, suffix: string): void {
  if (suffix === '_sum' || suffix === '_gsum') metric.sum = value
  else if (suffix === '_count' || suffix === '_gcount') metric.count = value
  else if (metric.type === 'histogram') {
    metric.buckets ??= []
    metric.buckets.push({ le: rank(labels['le']), count: value })
  } else if (metric.type === 'summary') {
    metric.quantiles ??= []
    metric.quantiles.push({ quantile: rank(labels['quantile']), value })
  } else metric.value = value
}

function rank(text: string | undefined): number {
  return parseNumber(text ?? '') ?? Number.NaN
}
