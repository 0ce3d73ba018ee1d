import type { Hold } from '@millrace/sdk'
import type { Held } from '../durable/held-messages.ts'
import type { NodeRun } from './node-run.ts'
import type { Segment } from '../time/gate.ts'

/** What a source delivered together. `open` counts what is not yet dealt with. */
export interface Batch {
  open: number
  hasFailed: boolean
  error: unknown
  source: NodeRun
  settled: (error?: unknown) => void
}

/** A hold as the engine sees it; one node's open holds form a list, so that closing ends them. */
export interface HoldRecord extends Hold {
  readonly batch: Batch | undefined
  readonly node: NodeRun
  /** Holds back the watermarks that came after it. */
  readonly segment: Segment | undefined
  /** The message that it is about, where the deployment is durable. */
  held: Held | undefined
  state: 'open' | 'released' | 'failed'
  /** Somebody else deals with the failure of its message; releasing it with an error fails nothing. */
  isTakenOver?: boolean
  previous: HoldRecord | undefined
  next: HoldRecord | undefined
}
