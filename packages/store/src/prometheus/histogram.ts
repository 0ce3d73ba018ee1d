import { keyOf, labelOf, withoutNames } from './labels.ts'
import type { Labels } from './labels.ts'
import { newSeries, setValue } from './series-value.ts'
import type { StepSeries, Steps } from './series-value.ts'

interface Bucket {
  readonly upper: number
  readonly series: StepSeries
}

const notGrouped: ReadonlySet<string> = new Set(['__name__', 'le'])

/** Quantiles of histograms whose buckets are series with a label `le`, as Prometheus interpolates. */
export function histogramQuantile(
  quantiles: Float64Array,
  series: readonly StepSeries[],
  steps: Steps,
): readonly StepSeries[] {
  return groupsOf(series).map(({ labels, buckets }) => {
    const result = newSeries(labels, steps.count)
    for (let step = 0; step < steps.count; step += 1) {
      const present = buckets
        .filter(({ series: { has } }) => has[step] === 1)
        .map(({ upper, series: { values } }) => ({ upper, count: values[step] ?? 0 }))
      if (present.length === 0) continue
      setValue(result, step, quantileIn(present, quantiles[step] ?? Number.NaN))
    }
    return result
  })
}

function groupsOf(series: readonly StepSeries[]) {
  const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>()
  for (const one of series) {
    const bound = labelOf(one.labels, 'le')
    const upper = /^\+?Inf$/i.test(bound) ? Infinity : Number(bound)
    if (bound === '' || Number.isNaN(upper)) continue
    const labels = withoutNames(one.labels, notGrouped)
    const key = keyOf(labels)
    const group = groups.get(key) ?? { labels, buckets: [] }
    group.buckets.push({ upper, series: one })
    groups.set(key, group)
  }
  for (const { buckets } of groups.values()) buckets.sort((one, other) => one.upper - other.upper)
  return [...groups.values()]
}

function quantileIn(
  buckets: readonly { readonly upper: number; readonly count: number }[],
  quantile: number,
): number {
  const last = buckets.at(-1)
  if (last === undefined || last.upper !== Infinity || buckets.length < 2) return Number.NaN
  if (Number.isNaN(quantile) || last.count === 0) return Number.NaN
  if (quantile < 0) return -Infinity
  if (quantile > 1) return Infinity
  const rank = quantile * last.count
  const at = Math.min(
    buckets.findIndex(({ count }) => count >= rank),
    buckets.length - 1,
  )
  const found = buckets[at]
  const before = buckets[at - 1]
  if (found === undefined) return Number.NaN
  if (at === buckets.length - 1) return before?.upper ?? Number.NaN
  if (before === undefined && found.upper <= 0) return found.upper
  const [lower, under] = [before?.upper ?? 0, before?.count ?? 0]
  return lower + (found.upper - lower) * ((rank - under) / (found.count - under))
}
