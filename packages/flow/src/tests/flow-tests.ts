/** The tests of a flow: a file of their own beside it. Every case starts the flow afresh. */
export interface FlowTests {
  readonly millrace: 1
  /** Name of the flow. */
  readonly flow: string
  readonly cases: readonly FlowTestCase[]
}

/** What is given to a flow, and what has to come of it. */
export interface FlowTestCase {
  readonly name: string
  /** Processing time at the start, in milliseconds since the epoch; `usualTestStart` when absent. */
  readonly startMs?: number
  /** One after the other; what is done at a step is through before the next. */
  readonly steps: readonly FlowTestStep[]
  /** Answers of nodes that would reach outside of the flow, by node. */
  readonly answers?: Readonly<Record<string, readonly TestMessage[]>>
  readonly expect: readonly FlowTestExpectation[]
}

/** A message as JSON; bytes are `{"$binary": "<base64>"}`. */
export type TestMessage = Readonly<Record<string, unknown>>

export type FlowTestStep =
  /** A source emits this, by its first output without `port`; another node gets it at an input. */
  | { readonly node: string; readonly port?: string; readonly message: TestMessage }
  /** Processing time goes on. */
  | { readonly waitMs: number }
  /** All sources come to their end; windows that are open close. */
  | { readonly end: true }

/** What comes to an input of a sink, or leaves by an output of another node, in its order. */
export interface FlowTestExpectation {
  readonly node: string
  /** The first input of a sink, or the first output of another node, when absent. */
  readonly port?: string
  /** `subset` when absent: what a message has beyond what is expected does not count. */
  readonly match?: 'exact' | 'subset'
  /** How much numbers may differ. */
  readonly tolerance?: number
  /** Messages may come in any order. */
  readonly inAnyOrder?: boolean
  /** As many as there are; none expects that none comes. */
  readonly messages: readonly TestMessage[]
}

/** 2025-01-01T00:00:00Z. */
export const usualTestStart = 1_735_689_600_000

/** How one case went. */
export interface FlowTestResult {
  readonly name: string
  /** `broken` could not be run to its end. */
  readonly outcome: 'passed' | 'failed' | 'broken'
  /** Why it is broken, in a sentence. */
  readonly message?: string
  readonly differences: readonly FlowTestDifference[]
  /** What came at each expectation, in their order; the first of very many. */
  readonly got: readonly (readonly TestMessage[])[]
  /** Errors of nodes, and nodes that were kept from reaching outside. */
  readonly notes: readonly string[]
  readonly tookMs: number
}

export interface FlowTestDifference {
  readonly node: string
  readonly port: string
  readonly kind: 'missing' | 'unexpected' | 'different'
  /** Which message, from 0: of those expected, or, when unexpected, of those that came. */
  readonly index: number
  readonly expected?: TestMessage
  readonly got?: TestMessage
  /** Where they differ, such as `payload.rows[2].name`. */
  readonly paths: readonly string[]
}

export const testLimits = {
  cases: 500,
  steps: 10_000,
  expectations: 100,
  messages: 10_000,
  /** Characters of a file of tests. */
  documentCharacters: 4 * 1024 * 1024,
} as const
