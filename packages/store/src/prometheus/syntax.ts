/** The tree of a PromQL query. Durations are in milliseconds. */
export type Query =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | Selector
  | Subquery
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Query[] }
  | Aggregation
  | Operation
  | { readonly kind: 'negation'; readonly of: Query }

export interface Selector {
  readonly kind: 'selector'
  readonly matchers: readonly Matcher[]
  /** Makes it a range vector. */
  readonly rangeMs?: number | undefined
  readonly offsetMs: number
  /** A fixed time instead of that of the step. */
  readonly at?: number | 'start' | 'end' | undefined
}

/** A query evaluated at steps of its own within a range. */
export interface Subquery {
  readonly kind: 'subquery'
  readonly of: Query
  readonly rangeMs: number
  /** The step of the whole query when absent. */
  readonly stepMs?: number | undefined
  readonly offsetMs: number
  readonly at?: Selector['at']
}

export interface Matcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

export interface Aggregation {
  readonly kind: 'aggregation'
  readonly operator: string
  readonly of: Query
  readonly parameter?: Query | undefined
  readonly labels: readonly string[]
  /** Whether `labels` are those left out; else those kept. */
  readonly isWithout: boolean
}

export interface Operation {
  readonly kind: 'operation'
  readonly operator: string
  readonly left: Query
  readonly right: Query
  readonly isBool: boolean
  readonly matching: Matching
}

export interface Matching {
  /** Whether only `labels` count; else all but them. */
  readonly isOn: boolean
  readonly labels: readonly string[]
  /** On which side several series may match one of the other. */
  readonly many?: 'left' | 'right' | undefined
  /** Labels taken over from the other side. */
  readonly include: readonly string[]
}

export const aggregationOperators: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
])

/** Those that take a parameter before the vector. */
export const parameterOperators: ReadonlySet<string> = new Set(['topk', 'bottomk', 'quantile'])
