import type { ServiceName } from '@millrace/services'
import type { Feed } from './feed.ts'

export type Config = Readonly<Record<string, unknown>>
/** By field. */
export type Secrets = Readonly<Record<string, string>>

/**
 * A system that Millrace speaks with, as the suite tests it. A new one needs a server, and a few
 * lines on how to set its nodes up and how to read and write the server without Millrace.
 */
export interface Connector {
  /** As the table in the docs calls it, such as "MQTT". */
  readonly system: string
  /** What it is tested against, such as "mosquitto". */
  readonly against: string
  /** Programs that have to be installed. */
  readonly services: readonly ServiceName[]
  /** The types of its nodes. */
  readonly nodes: {
    readonly connection?: string
    readonly source?: string
    readonly sink?: string
    /** One that passes on what it finds out for each message. */
    readonly operator?: string
    /** Others that come with it, each with what its own tests run against; for the table only. */
    readonly more?: Readonly<Record<string, string>>
  }
  /** Parts of the suite that make no sense for it, each with the reason, which stands in the docs. */
  readonly leavesOut?: Readonly<Partial<Record<Part, string>>>
  /** Starts the server; called once for each of the connector's tests that need one. */
  readonly open: (product: ProductPlaces) => Promise<Peer>
}

/** Parts of the suite that not every connector can be held to, as the docs call them. */
export const parts = {
  server: 'its server is killed, or does not answer',
  mistakes: 'wrong settings',
  'raw payloads': 'payloads that come as they are',
  deaths: 'the engine is killed',
  pressure: 'a flow that is slow',
  secrets: 'secrets',
} as const
export type Part = keyof typeof parts

/** Where the product under test is reached, for connectors that wait to be called. */
export interface ProductPlaces {
  /** Where flows answer HTTP; it changes when the product is started again. */
  flowUrl(): Promise<string>
  /** The folder in which flows write files. */
  readonly files: string
  /** The folder of the time-series store, with a file for each flow. */
  readonly store: string
}

/** A running server with all that the suite needs to know of it. */
export interface Peer {
  /** Absent where there is none, as with files. */
  readonly server?: PeerServer
  readonly connection?: Setup
  readonly source?: SourceUnderTest
  readonly sink?: SinkUnderTest
  readonly operator?: OperatorUnderTest
  /** Its nodes never say how they stand; what goes wrong is seen at each message. */
  readonly hasNoStatus?: boolean
  /** Settings that are wrong, each with what has to be said about it. */
  readonly mistakes?: readonly Mistake[]
  /** Ends what the connector itself opened beside the server. */
  close?(): Promise<unknown>
}

/** A server of `@millrace/services` is one. */
export interface PeerServer {
  /** Of its process, which is halted to make it slow; otherwise give `halt`. */
  readonly pid?: number
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Starts it again with the same address and the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** Keeps it from answering, its connections staying open, until the result is called. */
  halt?(): () => void
}

/** The configuration of the connection, with its secrets. It has the id `peer`. */
export interface Setup {
  readonly config: Config
  readonly secrets?: Secrets
}

/** How to drive a source. A place is a name of the test's own: a topic, a path, a file. */
export interface SourceUnderTest {
  config(place: string): Config
  /** Of the node itself. */
  readonly secrets?: Secrets
  /** Makes the place, where it is not made by using it. */
  prepare?(place: string): Promise<unknown>
  /** Hands numbers to the server; settles with those that it is certain to have. */
  write(place: string, numbers: readonly number[]): Promise<readonly number[]>
  /** Where in the payload the number is found, or several; `payload.n` when absent. */
  numberIn?(payload: unknown): unknown
  /** Where in the message the number is found, as an expression; `payload.n` when absent. */
  readonly numberExpression?: string
  /** Hands one payload over as it is; absent where the protocol has a form of its own. */
  writeRaw?(place: string, body: Uint8Array): Promise<unknown>
  /** Payloads that the protocol cannot carry as they are. */
  readonly cannotCarry?: readonly PayloadName[]
  /**
   * What the node says of messages that it dropped while the flow was behind, where nobody can be
   * asked to wait.
   */
  readonly saysDropped?: RegExp
  /** A form of its own that is broken, with the error code that it has to leave with. */
  readonly malformed?: { readonly body: Uint8Array; readonly code: string }
}

/** How to look at what a sink wrote. Messages have the payload `{ n, at, pad }`. */
export interface SinkUnderTest {
  config(place: string): Config
  /** Of the node itself. */
  readonly secrets?: Secrets
  /** Further settings of the HTTP in node before it. */
  readonly feed?: Config
  /** Begins to look; called before anything is written. `feed` knows what requests were answered with. */
  watch(place: string, feed: Pick<Feed, 'answered'>): Promise<Watching>
  /** Payloads that it cannot write; they leave by the error port. */
  readonly refuses?: readonly PayloadName[]
}

/** Messages have the payload `{ n, at, pad }`; what leaves by `out` is looked at. */
export interface OperatorUnderTest {
  config(place: string): Config
  /** Further settings of the HTTP in node before it. */
  readonly feed?: Config
  /** What a message is as the body of a request; the JSON that is given when absent. */
  readonly bodyOf?: (json: string) => Uint8Array<ArrayBuffer>
  /** Makes what is asked for, before anything is asked. */
  prepare?(place: string): Promise<unknown>
  /** The number that an answer belongs to; of a wrong answer none. */
  numberIn(payload: unknown): number | undefined
  /** Payloads for which there is no answer; they leave by the error port. */
  readonly refuses?: readonly PayloadName[]
}

export interface Watching {
  /** All that is there by now, with what came more than once. */
  numbers(): Promise<readonly number[]>
  close?(): Promise<unknown>
}

export const payloadNames = ['empty', 'binary', 'malformed', 'large'] as const
export type PayloadName = (typeof payloadNames)[number]

/** A wrong setting. */
export interface Mistake {
  /** Such as "a wrong password". */
  readonly name: string
  readonly change: Partial<Setup>
  /** What the sentence has to name: the label of the setting to change. */
  readonly names: RegExp
  /** Whether only the test of the connection finds it, not the running node. */
  readonly isFoundByTestOnly?: boolean
  /** Whether the connection is good and the node is wrong, as with a missing topic. */
  readonly node?: { readonly source?: Config; readonly sink?: Config; readonly operator?: Config }
}
