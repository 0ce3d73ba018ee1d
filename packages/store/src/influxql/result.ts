import type { Scalar } from './condition.ts'

/** A series of a result as InfluxDB's JSON has it; the first of each row is the time in milliseconds. */
export interface ResultSeries {
  readonly name?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly (Scalar | null)[])[]
}
