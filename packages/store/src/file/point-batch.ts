import type { SeriesDefinition } from '../point.ts'

/** Points on their way to the file, in columns. */
export interface PointBatch {
  /** Series that were not named before, by the number under which points refer to them from now on. */
  readonly series: readonly (readonly [number, SeriesDefinition])[]
  readonly numbers: Uint32Array
  /** Milliseconds since the epoch. */
  readonly times: Float64Array
  readonly values: Float64Array
  /** Of points whose series holds text, by their place in the batch. */
  readonly texts: ReadonlyMap<number, string>
}

/** A point that was not stored, by its place in the batch; all others were. */
export interface RefusedPoint {
  readonly index: number
  readonly code: string
  readonly message: string
}
