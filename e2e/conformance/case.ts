/** One case of a conformance file; the fields are described beside the file. */
export interface Case {
  readonly name: string
  readonly dialect: string
  readonly window: { readonly type: string; readonly [number: string]: unknown }
  readonly watermark: {
    readonly strategy: 'bounded' | 'explicit' | 'processing-time' | 'stream-time'
    readonly delay?: number
    readonly minusOne?: boolean
  }
  readonly keyed?: boolean
  readonly allowedLateness?: number
  readonly accumulation?: 'discarding' | 'accumulating'
  readonly trigger?: { readonly every?: number; readonly count?: number }
  readonly endOfInput?: 'flush' | 'none'
  readonly aggs?: Readonly<Record<string, readonly [string, string | null]>>
  readonly events: readonly CaseEvent[]
  readonly expect: readonly CaseResult[]
  readonly dropped?: readonly number[]
  readonly order?: 'strict'
}

export interface CaseEvent {
  readonly ts?: number
  readonly key?: unknown
  readonly value?: unknown
  /** The input of a join that it comes by. */
  readonly side?: 'L' | 'R'
  readonly wm?: number
  readonly proc?: number
}

export interface CaseResult {
  /** Time of the lowest point, of a pattern that asks for it. */
  readonly bottom?: unknown
  readonly start: number | null
  readonly end: number | null
  readonly key: unknown
  readonly aggs: Readonly<Record<string, unknown>>
  /** Of joins: the values of both sides, and their product. */
  readonly left?: unknown
  readonly right?: unknown
  readonly product?: unknown
  /** Index of the entry that caused it, or `eof`. */
  readonly at?: number | 'eof'
}

export function readCases(text: string): readonly Case[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  // The file is given by whoever runs it, and a case of another form fails by its name.
  return lines.map((line) => JSON.parse(line) as Case)
}
