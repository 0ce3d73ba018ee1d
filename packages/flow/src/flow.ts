import type { FlowTests } from './tests/flow-tests.ts'

/** Where a wire is joined: a port of a node. */
export interface PortReference {
  readonly node: string
  readonly port: string
}

export interface Wire {
  readonly from: PortReference
  readonly to: PortReference
}

/** One placed instance of a node type. */
export interface FlowNode {
  /** Unique in the flow; letters, digits, `-` and `_`, at most 64. */
  readonly id: string
  readonly type: string
  /** What the person calls it; the title of the type when absent. */
  readonly name?: string
  /** By field; only what differs from the default needs to be there. Never holds a secret. */
  readonly config: Readonly<Record<string, unknown>>
  /** A disabled node drops what reaches it and a disabled source does not start. */
  readonly isDisabled?: boolean
  /** What becomes of messages that it cannot handle; they leave by the error port when absent. */
  readonly onError?: ErrorPolicy
}

/** What is done about a message that a node could not handle. */
export interface ErrorPolicy {
  /** How often it is tried again first; 0 when absent. */
  readonly retries?: number
  /** Wait before the first retry, in milliseconds, doubled for each further one; 1000 when absent. */
  readonly backoffMs?: number
  /**
   * Where it goes then: out by the `port` for errors, to the `dead-letter` store, or nowhere, while
   * the flow is made to `stop`; `port` when absent.
   */
  readonly policy?: 'port' | 'dead-letter' | 'stop'
}

/** A named frame around nodes. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly nodes: readonly string[]
}

/** In canvas units, the upper left corner of the card. */
export interface Position {
  readonly x: number
  readonly y: number
}

/** The document that a person draws. */
export interface Flow {
  /** Version of this format. */
  readonly millrace: 1
  /** Name of its file and address: lower-case letters, digits and `-`, at most 64. */
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly nodes: readonly FlowNode[]
  readonly wires: readonly Wire[]
  readonly groups?: readonly Group[]
  /** Positions by node id, apart from the logic. */
  readonly layout: Readonly<Record<string, Position>>
}

/** What several nodes, also of several flows, share: a broker, a database. */
export interface ConnectionDocument {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
}

/** What is written by export and read by import: flows with the connections that they need. */
export interface Bundle {
  readonly millrace: 1
  readonly flows: readonly Flow[]
  readonly connections: readonly ConnectionDocument[]
  /** The tests of those flows that have some. */
  readonly tests?: readonly FlowTests[]
  /** Names of the secrets that were set where it comes from; never their values. */
  readonly secrets?: readonly SecretName[]
}

export interface SecretName {
  /** `connection/<id>` or `flow/<name>/<node id>`. */
  readonly owner: string
  readonly field: string
}

/** Something wrong with a document: where, and a sentence that says how to mend it. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Stable, such as `WIRE_TO_NOWHERE`. */
  readonly code: string
  readonly message: string
  readonly node?: string
  readonly connection?: string
  /** Where in a document that could not be read, such as `nodes[3].config`. */
  readonly path?: string
  /** Path of the field, such as `condition` or `cases[2].when`. */
  readonly field?: string
  /** Offsets within the field's text, for expressions. */
  readonly span?: { readonly start: number; readonly end: number }
  readonly wire?: Wire
}
