import type { Flow, FlowTestResult, FlowTests, TestMessage } from '@millrace/flow'

/**
 * What makes a flow trusted before and while it runs: its tests, and what became of failures.
 *
 * GET    /api/flows/:name/tests               → { tests: FlowTests } (no cases where there is no file)
 * PUT    /api/flows/:name/tests               { tests: FlowTests } → { tests }
 * POST   /api/flows/:name/tests/run           RunTestsBody → { results: FlowTestResult[] }
 * GET    /api/flows/:name/dead-letters        ?before=number → DeadLettersBody (100 a time, newest first)
 * PUT    /api/flows/:name/dead-letters/:number  { message } → DeadLetterInfo (what is given again)
 * POST   /api/flows/:name/dead-letters/replay { letters: number[] } → { replayed }; the flow has to run
 * DELETE /api/flows/:name/dead-letters        { letters?: number[] } → { removed }; all without it
 */
export interface RunTestsBody {
  /** Names of the cases to run; all without it. */
  readonly cases?: readonly string[]
  /** These instead of those that are saved. */
  readonly tests?: FlowTests
  /** Against this instead of the flow as it is saved. */
  readonly flow?: Flow
}

export interface TestRunBody {
  readonly results: readonly FlowTestResult[]
}

/** A message that a node could not handle, put aside. */
export interface DeadLetterInfo {
  readonly number: number
  readonly node: string
  readonly error: { readonly code: string; readonly message: string }
  /** Milliseconds since the epoch. */
  readonly failedAt: number
  /** How often the node was given it. */
  readonly attempts: number
  /** As it was when it came to the node, as JSON has it. */
  readonly message: TestMessage
  /** What a person made of it. */
  readonly fixed?: TestMessage
}

export interface DeadLettersBody {
  readonly letters: readonly DeadLetterInfo[]
  /** How many there are. */
  readonly kept: number
  /** How many had to go since there was no room for more. */
  readonly dropped: number
}
