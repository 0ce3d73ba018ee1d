/** Statements of InfluxQL, as far as they read. Times and durations are in milliseconds. */
export type Statement = SelectStatement | ShowStatement

/** By name, or by a regular expression. */
export type Names = { readonly name: string } | { readonly pattern: string }

export interface ShowStatement {
  readonly kind: 'show'
  readonly what:
    | 'databases'
    | 'measurements'
    | 'retention policies'
    | 'tag keys'
    | 'tag values'
    | 'field keys'
    | 'series'
    | 'diagnostics'
  readonly database?: string | undefined
  readonly from: readonly Names[]
  /** Of tag values: which tags. */
  readonly keys: readonly Names[]
  readonly measurement?: Names | undefined
  readonly where?: Condition | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}

export interface SelectStatement {
  readonly kind: 'select'
  readonly columns: readonly Column[]
  readonly database?: string | undefined
  readonly from: readonly Names[]
  readonly where?: Condition | undefined
  readonly groupBy: GroupBy
  readonly fill: Fill
  readonly isDescending: boolean
  readonly limit?: number | undefined
  readonly offset?: number | undefined
  readonly seriesLimit?: number | undefined
}

export interface GroupBy {
  readonly everyMs?: number | undefined
  readonly offsetMs: number
  readonly tags: readonly Names[]
  /** `GROUP BY *`. */
  readonly isAll: boolean
}

export type Fill = 'null' | 'none' | 'previous' | 'linear' | { readonly value: number }

export interface Column {
  readonly value: Expression
  readonly name: string
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'fields'; readonly pattern: string | undefined }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'duration'; readonly ms: number }
  | {
      readonly kind: 'operation'
      readonly operator: '+' | '-' | '*' | '/' | '%'
      readonly left: Expression
      readonly right: Expression
    }

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | {
      readonly kind: 'compare'
      readonly name: string
      readonly operator: Comparison
      readonly value: Operand
    }

export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=' | '=~' | '!~'

export type Operand =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'pattern'; readonly value: string }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly value: number }
