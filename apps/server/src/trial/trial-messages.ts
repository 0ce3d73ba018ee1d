import type { Flow, FlowTestCase, FlowTestResult } from '@millrace/flow'
import type { ReplayResult } from '@millrace/protocol'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { ReplayRequest } from './run-replay.ts'

/** What a trial needs to know of the flow and of where it runs. */
export interface TrialSubject {
  readonly flow: Flow
  /** Of the types that the flow uses. */
  readonly descriptors: readonly Descriptor[]
  readonly nodePackages: readonly string[]
}

/** To the process in which a trial runs: the one thing that it is started for. */
export type TrialCommand =
  | {
      readonly kind: 'cases'
      readonly subject: TrialSubject
      readonly cases: readonly FlowTestCase[]
    }
  | {
      readonly kind: 'replay'
      /** With the descriptors of all types of both flows and of their connections. */
      readonly subject: TrialSubject
      readonly request: ReplayRequest
    }

/** From that process. */
export type TrialEvent =
  | { readonly kind: 'result'; readonly result: FlowTestResult }
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'replayed'; readonly result: ReplayResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
