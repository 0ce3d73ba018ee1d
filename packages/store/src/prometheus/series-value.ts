import type { Samples } from '../file/samples.ts'
import type { Labels } from './labels.ts'
import { QueryError } from './query-error.ts'

/** What a query or a part of it gives, at each of its steps. */
export type Value =
  | { readonly kind: 'scalar'; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'vector'; readonly series: readonly StepSeries[] }
  | RangeValue

export interface StepSeries {
  readonly labels: Labels
  readonly values: Float64Array
  /** 1 where there is a value. */
  readonly has: Uint8Array
}

/** Only functions over time take it. */
export interface RangeValue {
  readonly kind: 'range'
  readonly rangeMs: number
  readonly series: readonly SampledSeries[]
  /** For each step, the end of its range. */
  readonly ends: Float64Array
}

export interface SampledSeries {
  readonly labels: Labels
  readonly samples: Samples
}

/** The times at which a query is evaluated, in milliseconds since the epoch. */
export interface Steps {
  readonly startMs: number
  readonly stepMs: number
  readonly count: number
}

export function timeOfStep({ startMs, stepMs }: Steps, step: number): number {
  return startMs + step * stepMs
}

/** Values of all series of one part of a query. */
const cellsMax = 20_000_000

export function newSeries(labels: Labels, count: number): StepSeries {
  return { labels, values: new Float64Array(count), has: new Uint8Array(count) }
}

export function expectRoom(seriesCount: number, steps: Steps): void {
  if (seriesCount * steps.count <= cellsMax) return
  throw tooMuch()
}

/** Values that all parts of a query may have together: they may all be needed at the same time. */
export interface Room {
  cells: number
}

export function newRoom(): Room {
  return { cells: 3 * cellsMax }
}

export function takeRoom(room: Room, value: Value, { count }: Steps): void {
  if (value.kind === 'scalar') room.cells -= count
  else if (value.kind === 'vector') room.cells -= value.series.length * count
  if (room.cells < 0) throw tooMuch()
}

function tooMuch(): QueryError {
  return new QueryError(
    'query processing would load too many samples into memory in query execution',
    'execution',
  )
}

export function setValue(series: StepSeries, step: number, value: number): void {
  series.values[step] = value
  series.has[step] = 1
}
