import type { PointsBody } from '@millrace/protocol'

/** One line of a chart: times in milliseconds, ascending, and a value for each. */
export interface Series {
  readonly times: number[]
  readonly values: number[]
}

/** Longest stretch kept, in milliseconds. */
export const keptMs = 3_600_000

/** The series of one chart node, from the server's history and what comes live. */
export type SeriesByName = Map<string, Series>

export function seriesFrom(body: PointsBody): SeriesByName {
  return new Map(
    body.series.map(({ name, times, values }) => [
      name,
      { times: [...times], values: [...values] },
    ]),
  )
}

/** Adds points behind those that are there; older ones, and those past an hour, are left out. */
export function addPoints(
  all: SeriesByName,
  name: string,
  points: { readonly times: readonly number[]; readonly values: readonly number[] },
): void {
  const series = all.get(name) ?? { times: [], values: [] }
  all.set(name, series)
  points.times.forEach((time, index) => {
    const value = points.values[index]
    if (value === undefined || time <= (series.times.at(-1) ?? -Infinity)) return
    series.times.push(time)
    series.values.push(value)
  })
  const newest = series.times.at(-1) ?? 0
  const old = series.times.findIndex((time) => time >= newest - keptMs)
  if (old > 0) {
    series.times.splice(0, old)
    series.values.splice(0, old)
  }
}

/** Several series over one axis of times, in seconds, with null where a series has no point. */
export function joined(all: SeriesByName, sinceMs: number): (number | null)[][] {
  const lines = [...all.values()]
  const times = [...new Set(lines.flatMap((line) => line.times.filter((time) => time >= sinceMs)))]
  times.sort((a, b) => a - b)
  const index = new Map(times.map((time, at) => [time, at]))
  const columns = lines.map((line) => {
    const column: (number | null)[] = Array.from({ length: times.length }, () => null)
    line.times.forEach((time, at) => {
      const place = index.get(time)
      if (place !== undefined) column[place] = line.values[at] ?? null
    })
    return column
  })
  return [times.map((time) => time / 1000), ...columns]
}
