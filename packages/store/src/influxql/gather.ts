import type { Budget, Samples } from '../file/samples.ts'
import type { StoredSeries, StoreReaderFile, TimeRange } from '../file/store-reader-file.ts'
import { hourMs, minuteMs } from '../point.ts'
import type { Tags } from '../point.ts'
import type { RowTest, Scalar } from './condition.ts'

/** Series of one measurement with the same tags, by field. */
export interface TagSet {
  readonly tags: Tags
  readonly fields: ReadonlyMap<string, StoredSeries>
}

/** One value that stands for `count` points. */
export interface GatheredPoint {
  readonly time: number
  readonly value: Scalar
  readonly count: number
  readonly sum: number
  readonly low: number
  readonly high: number
}

export interface GatherOptions {
  readonly range: TimeRange
  readonly resolutionMs: number
  readonly budget: Budget
  readonly test: RowTest | undefined
}

/** How coarsely stretches of a length may be read without a difference. */
export function resolutionFor(everyMs: number | undefined, offsetMs: number): number {
  if (everyMs === undefined) return 0
  if (everyMs % hourMs === 0 && offsetMs % hourMs === 0) return hourMs
  return everyMs % minuteMs === 0 && offsetMs % minuteMs === 0 ? minuteMs : 0
}

/** The points of a field, in order of time. */
export function* pointsOfField(
  file: StoreReaderFile,
  tagSet: TagSet,
  { field, ...options }: GatherOptions & { readonly field: string },
): Iterable<GatheredPoint> {
  const series = tagSet.fields.get(field)
  if (series === undefined) return
  const keeps = rowFilter(file, tagSet, options)
  const resolutionMs = keeps === undefined ? options.resolutionMs : 0
  for (const point of pointsOf(file, series, { ...options, resolutionMs })) {
    if (keeps === undefined || keeps(point.time)) yield point
  }
}

/** Where a condition asks for fields, which times it holds at; undefined where it holds at all. */
export function rowFilter(
  file: StoreReaderFile,
  { tags, fields }: TagSet,
  options: GatherOptions,
): ((time: number) => boolean) | undefined {
  const { test } = options
  if (test === undefined) return undefined
  const asked = [...test.names].flatMap((name) => fields.get(name) ?? [])
  const known = new Map(tags)
  if (asked.length === 0) {
    const holds = test.decide(
      (name) => known.get(name),
      () => false,
    )
    return holds === true ? undefined : () => false
  }
  const columns = new Map(
    asked.map((series) => {
      const points = pointsOf(file, series, { ...options, resolutionMs: 0 })
      return [series.field, new Map([...points].map(({ time, value }) => [time, value]))] as const
    }),
  )
  return (time) =>
    test.decide(
      (name) => columns.get(name)?.get(time) ?? known.get(name),
      () => false,
    ) === true
}

function* pointsOf(
  file: StoreReaderFile,
  series: StoredSeries,
  { range, resolutionMs, budget }: Pick<GatherOptions, 'range' | 'resolutionMs' | 'budget'>,
): Iterable<GatheredPoint> {
  if (series.type === 'text') {
    for (const [time, value] of file.texts(series, range, budget)) {
      yield { time, value, count: 1, sum: 0, low: 0, high: 0 }
    }
    return
  }
  const samples = file.read(series, range, { resolutionMs, budget })
  for (let at = 0; at < samples.count; at += 1) {
    const time = samples.times[at] ?? 0
    if (time < range.from || time > range.to) continue
    yield sampleAt(samples, at, series.type === 'boolean')
  }
}

function sampleAt(
  { times, values, rolled }: Samples,
  at: number,
  isBoolean: boolean,
): GatheredPoint {
  const value = values[at] ?? 0
  return {
    time: times[at] ?? 0,
    value: isBoolean && rolled === undefined ? value !== 0 : value,
    count: rolled?.counts[at] ?? 1,
    sum: rolled?.sums[at] ?? value,
    low: rolled?.lows[at] ?? value,
    high: rolled?.highs[at] ?? value,
  }
}
