import type { ApiCall } from '../prometheus/api.ts'

/** What the thread that reads stores is asked. */
export type ReaderRequest =
  | { readonly kind: 'prometheus'; readonly call: ApiCall }
  | { readonly kind: 'influxql'; readonly call: ApiCall }
  | { readonly kind: 'usage' }
  | { readonly kind: 'csv'; readonly page: CsvRequest }
  | { readonly kind: 'rows'; readonly query: RowsQuery }
  | { readonly kind: 'recent'; readonly sinceMs: number }

/** How much of a store there is. */
export interface StoreUsage {
  readonly name: string
  readonly bytes: number
  readonly series: number
  readonly measurements: readonly {
    readonly name: string
    /** 0 for ever. */
    readonly rawMs: number
    readonly minuteMs: number
    readonly hourMs: number
  }[]
}

/** Which series of a store are meant; what is absent does not matter. */
export interface SeriesFilter {
  readonly store: string
  readonly measurement?: string | undefined
  readonly field?: string | undefined
  readonly tags?: readonly (readonly [string, string])[] | undefined
}

export interface CsvRequest extends SeriesFilter {
  readonly from: number
  readonly to: number
  /** Where the page before ended; absent for the first. */
  readonly cursor?: CsvCursor | undefined
  readonly rowsMax: number
}

export interface CsvCursor {
  readonly series: number
  readonly from: number
}

export interface CsvPage {
  readonly text: string
  /** Absent where this was the last. */
  readonly next?: CsvCursor | undefined
}

export type RowFunction = 'avg' | 'min' | 'max' | 'sum' | 'count' | 'last'

export interface RowsQuery extends SeriesFilter {
  readonly from: number
  readonly to: number
  /** One row for each stretch of this length; absent for points as they are. */
  readonly everyMs?: number | undefined
  readonly reduce: RowFunction
  readonly rowsMax: number
}

export interface StoreRow {
  readonly measurement: string
  readonly field: string
  readonly tags: Readonly<Record<string, string>>
  /** Of the point, or the start of its stretch; milliseconds since the epoch. */
  readonly time: number
  readonly value: number | boolean | string
}

export interface RowsAnswer {
  readonly rows: readonly StoreRow[]
  /** Whether there are more than were asked for. */
  readonly isMore: boolean
}

/** Newest points of a chart's line. */
export interface RecentSeries {
  readonly tags: Readonly<Record<string, string>>
  readonly times: Float64Array
  readonly values: Float64Array
}
