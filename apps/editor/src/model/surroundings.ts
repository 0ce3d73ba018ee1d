import type { ConnectionDocument, Flow, Problem } from '@millrace/flow'
import type { SecretInfo } from '@millrace/protocol'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { EditorApi } from './api.ts'

/** Time as the model sees it; tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs once after the delay, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void
}

/** Keeps texts between visits. Losing one is no harm: the model goes on without it. */
export interface Storage {
  read(key: string): Promise<string | undefined>
  write(key: string, text: string): Promise<void>
  remove(key: string): Promise<void>
}

/** Finds what is wrong with a flow, as the server does. */
export type Validate = (
  flow: Flow,
  known: {
    readonly descriptors: ReadonlyMap<string, Descriptor>
    readonly connections: ReadonlyMap<string, ConnectionDocument>
    readonly secrets: readonly SecretInfo[]
  },
) => Promise<readonly Problem[]>

/** All that the model takes from outside. */
export interface Surroundings {
  readonly api: EditorApi
  readonly storage: Storage
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  readonly validate: Validate
  readonly notify: (notice: Notice) => void
}

/** Something to tell the person; shown for a while and read out. */
export interface Notice {
  readonly kind: 'done' | 'info' | 'warning' | 'error'
  readonly text: string
  readonly detail?: string
  readonly action?: { readonly label: string; readonly run: () => void }
}
