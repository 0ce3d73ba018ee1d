import type { Flow, FlowTestResult, FlowTests } from '@millrace/flow'

/**
 * What makes a flow trusted before and while it runs: its tests.
 *
 * GET    /api/flows/:name/tests               → { tests: FlowTests } (no cases where there is no file)
 * PUT    /api/flows/:name/tests               { tests: FlowTests } → { tests }
 * POST   /api/flows/:name/tests/run           RunTestsBody → { results: FlowTestResult[] }
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
