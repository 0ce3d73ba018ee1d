import type { Flow, FlowTestCase, FlowTestResult } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'

/** What a trial needs to know of the flow and of where it runs. */
export interface TrialSubject {
  readonly flow: Flow
  /** Of the types that the flow uses. */
  readonly descriptors: readonly Descriptor[]
  readonly nodePackages: readonly string[]
}

/** To the process in which a trial runs: the one thing that it is started for. */
export type TrialCommand = {
  readonly kind: 'cases'
  readonly subject: TrialSubject
  readonly cases: readonly FlowTestCase[]
}

/** From that process. */
export type TrialEvent =
  | { readonly kind: 'result'; readonly result: FlowTestResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
