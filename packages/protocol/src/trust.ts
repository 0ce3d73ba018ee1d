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
 * GET    /api/flows/:name/recording           → { sources: RecordedSourceInfo[] }
 * POST   /api/flows/:name/replays             StartReplayBody → ReplayInfo (202); 409 while another runs
 * GET    /api/flows/:name/replays/:number     → ReplayInfo
 * DELETE /api/flows/:name/replays/:number     → 204 (cancels it)
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

/** What there is of one source to be replayed: its ingest log. Times in milliseconds since the epoch. */
export interface RecordedSourceInfo {
  readonly node: string
  readonly fromMs: number
  readonly toMs: number
  readonly records: number
  readonly bytes: number
}

export interface StartReplayBody {
  readonly fromMs: number
  readonly toMs: number
  /** Nodes; all that are recorded without it. */
  readonly sources?: readonly string[]
}

export interface ReplayInfo {
  readonly number: number
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** From 0 to 1. */
  readonly progress: number
  /** Why it failed, in a sentence. */
  readonly reason?: string
  readonly result?: ReplayResult
}

/** What the flow as it is saved gave for recorded input, beside what the deployed one gives. */
export interface ReplayResult {
  readonly records: number
  /** False where nothing is deployed to compare with. */
  readonly hasDeployed: boolean
  readonly places: readonly ReplayedPlace[]
  /** Errors of nodes, and what was kept from reaching outside. */
  readonly notes: readonly string[]
}

/** What came at an input of a sink, or left by an output that is not wired on. */
export interface ReplayedPlace {
  readonly node: string
  readonly port: string
  /** How many messages came. */
  readonly deployed: number
  readonly edited: number
  /** How many came on both sides, wherever in the order. */
  readonly same: number
  /** The first of those that came on one side only. */
  readonly onlyDeployed: readonly TestMessage[]
  readonly onlyEdited: readonly TestMessage[]
}
