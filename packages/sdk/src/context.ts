import type { ConfigOf, Descriptor, PortsPerRow } from './descriptor/index.ts'
import type { Message } from './message.ts'

/** Sends a message out by a port: a direct call of whatever is wired there. */
export type Emit = (message: Message) => void

/** The output ports by name; those of rows are known only when the flow runs. */
export type Emits<D extends Descriptor> = D['outputs'] extends PortsPerRow
  ? { readonly [port: string]: Emit }
  : D['outputs'] extends readonly { readonly name: infer Name extends string }[]
    ? { readonly [port in Name]: Emit }
    : { readonly [port: string]: Emit }

export interface Clock {
  /** Processing time, in milliseconds since the epoch. */
  now(): number
  /** For measuring stretches of time: milliseconds with fractions, from an arbitrary start. */
  monotonic(): number
}

export interface Timer {
  cancel(): void
}

/**
 * Processing-time timers. What a timer runs is attributed to the node, and ends with it. The
 * functions may be taken off it.
 */
export interface Timers {
  readonly after: (delayMs: number, run: () => void) => Timer
  readonly every: (periodMs: number, run: () => void) => Timer
  /** At the end of the present turn, for flushing what gathered in it. */
  readonly soon: (run: () => void) => void
}

export interface Log {
  debug(text: string, details?: Readonly<Record<string, unknown>>): void
  info(text: string, details?: Readonly<Record<string, unknown>>): void
  warn(text: string, details?: Readonly<Record<string, unknown>>): void
  error(text: string, details?: Readonly<Record<string, unknown>>): void
}

/** What the dot on the node's card shows. `text` is at most 200 characters. */
export interface Status {
  readonly state: 'idle' | 'connecting' | 'ok' | 'warning' | 'error'
  readonly text: string
}

/** State by key that outlives messages; the engine snapshots and restores it. */
export interface KeyedState<Value> {
  readonly size: number
  get(key: string | number): Value | undefined
  /** Also to be called after changing a value in place, so that the change is stored. */
  set(key: string | number, value: Value): void
  delete(key: string | number): void
  keys(): IterableIterator<string | number>
  entries(): IterableIterator<[string | number, Value]>
  clear(): void
}

export interface State {
  /** Opens the node's map of that name. Values must survive structured cloning. */
  map<Value>(name: string): KeyedState<Value>
}

/** The batch that a message belongs to, kept while the message is not yet dealt with. */
export interface Hold {
  readonly kind: 'hold'
}

/** What a node tells the people who watch, beside its messages. */
export type Report =
  | {
      readonly kind: 'debug'
      readonly message: unknown
      /** What part of the message is shown, such as `payload`. */
      readonly shows: string
    }
  | {
      readonly kind: 'point'
      readonly series: string
      /** Milliseconds since the epoch. */
      readonly time: number
      readonly value: number
    }
  | AlertReport

export interface AlertReport {
  readonly kind: 'alert'
  readonly change: 'raised' | 'repeated' | 'cleared'
  readonly key: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly value?: unknown
}

/** An error of operation with a stable code, such as `MQTT_CONNECT_REFUSED`. */
export interface OperatingError {
  readonly code: string
  /** A sentence for the person, saying how to mend it where that is known. */
  readonly message: string
}

/** What the engine hands to a running node. Nothing else connects a node to the world. */
export interface NodeContext<D extends Descriptor = Descriptor> {
  readonly id: string
  readonly name: string
  readonly flow: string
  readonly config: ConfigOf<D>
  readonly emit: Emits<D>
  readonly clock: Clock
  readonly timers: Timers
  readonly state: State
  readonly log: Log
  readonly http: HttpService

  readonly status: (status: Status) => void
  readonly report: (report: Report) => void
  /** Whether anybody is looking at this node's reports of kind `debug` now. */
  readonly isWatched: () => boolean

  /**
   * A message could not be handled: it leaves by the error port as a copy with
   * `error: { code, message, node }`, or, with nothing wired there, is counted and shown.
   */
  readonly fail: (error: unknown, message: Message) => void

  /**
   * Keeps the batch of the message in hand open, because the node will deal with it later.
   * Every hold must be released exactly once.
   */
  readonly hold: () => Hold
  /** Runs code that emits on behalf of a held message. */
  readonly resume: (hold: Hold, run: () => void) => void
  /** The held message is dealt with; an error means that it was not. */
  readonly release: (hold: Hold, error?: unknown) => void

  /** Asks the sources to slow down (true) or lets them go on (false). */
  readonly pressure: (isHigh: boolean) => void
  /**
   * For a node that keeps messages as state and sends them later with the times they had: they are
   * of this time or later, and no watermark goes past it, so that they are not late behind the
   * node. Infinity lets all pass. Not kept over a restart: say it again when created.
   */
  readonly holdTime: (time: number) => void

  /**
   * Whether state outlives a crash: epochs end, and what is held then is given again after it. Where
   * it is false, `beforeEpoch` and `afterEpoch` are never called.
   */
  readonly isDurable: boolean
  /**
   * Code of the node goes on where the engine did not call it, as after an `await`. Until it gives
   * back control it is attributed to the node.
   */
  readonly goesOn: () => void
  /**
   * For a node that runs a person's code in a realm of its own: `told` is called with what promises
   * of that realm are rejected with and nobody handles. What it throws is noted as the node's.
   */
  readonly takeRejections: (promisePrototype: object, told: (reason: unknown) => void) => void
}

export interface SourceContext<D extends Descriptor = Descriptor> extends NodeContext<D> {
  /**
   * Runs code that emits, as one batch. `settled` is called once everything made from the batch has
   * been delivered, filtered or stored, or with the first error of a sink. It may be called before
   * `deliver` returns.
   */
  readonly deliver: (run: () => void, settled: (error?: unknown) => void) => void
  /**
   * No message of this source with an event time up to `time` will follow. For sources that know;
   * for others the engine derives watermarks from the event times.
   */
  readonly watermark: (time: number) => void
  /**
   * Messages like this one will come (true) or come no more (false), as of a partition that is read
   * from now on. Where event time runs apart for each partition, it waits for the one that such a
   * message belongs to before any has come, though not longer than for any that is idle.
   */
  readonly expect: (like: Message, isExpected: boolean) => void
  /** This source has come to its end. */
  readonly end: () => void
  /**
   * Nobody is there to press a button, as in `millrace run`: a source that would only wait for one
   * has come to its end. Absent means false.
   */
  readonly isUnattended?: boolean
  /** The durable log of what this source took in; for sources that cannot be asked again. */
  readonly intake: Intake
}

/**
 * Keeps what a source took in until everything made from it is stored or delivered. A source whose
 * sender can be asked again, such as Kafka, needs none of it and keeps its position as state.
 */
export interface Intake {
  /**
   * False where no log is kept (the flow is not durable, or runs without a disk). Then `take` calls
   * `safe` once everything made from the record has been dealt with, as `deliver` does.
   */
  readonly isDurable: boolean
  /**
   * Gives the present moment's record, as bytes from which `replay` can make the same messages
   * again, and the code that emits them. `safe` is called when the record is on disk (or with the
   * error that kept it from there): only now may it be acknowledged. Calls of `safe` come in the
   * order of `take`, also after the source was closed. `run` is called at once, or not at all where the flow is behind: then the
   * record is replayed in its turn.
   */
  readonly take: (
    record: Uint8Array,
    run: () => void,
    safe: (error?: unknown) => void,
    options?: TakeOptions,
  ) => void
  /**
   * To be called in the source's `start`, before anything is taken in: `run` emits the messages of
   * a record that was taken but not yet dealt with, in the order in which they were taken, then and
   * whenever the flow catches up. `takenAt` is the processing time of `take`, in milliseconds.
   */
  readonly onReplay: (run: (record: Uint8Array, takenAt: number) => void) => void
  /**
   * Shows up to so many of the newest records once more, oldest first, whether dealt with or not:
   * for a source whose sender repeats what it got no acknowledgement of, to be called in `start`.
   */
  readonly recall: (limit: number, see: (record: Uint8Array) => void) => void
}

export interface TakeOptions {
  /**
   * The sender does nothing else before it is acknowledged, as an HTTP client: the record goes to
   * disk as soon as that is free, instead of in one group with those of the next few milliseconds.
   */
  readonly isAwaited?: boolean
}

export interface ConnectionContext<D extends Descriptor = Descriptor> {
  readonly id: string
  readonly name: string
  /** The flow that opens it; each deployment opens its own. Empty for the editor's Test button. */
  readonly flow: string
  readonly config: ConfigOf<D>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/**
 * What a node type is handed to look around before a flow with such a node is deployed. In `config`
 * are the handles of those connections only that its descriptor names under `checkedWith`, opened
 * for this and closed after it.
 */
export interface CheckContext<D extends Descriptor = Descriptor> {
  readonly id: string
  readonly flow: string
  readonly config: ConfigOf<D>
  readonly clock: Clock
  readonly timers: Timers
}

/** What stands in the way of a node, found out before its flow is deployed. */
export interface Obstacle {
  /** An error keeps the flow from being deployed; what ran before goes on. */
  readonly severity: 'error' | 'warning'
  readonly code: string
  /** A sentence that says how to mend it where that is known. */
  readonly message: string
  /** The field in which to mend it. */
  readonly field?: string
}

/** An HTTP request that reached the flow's own endpoint. */
export interface HttpRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly remoteAddress: string
}

export interface HttpResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface HttpRoute {
  readonly method: string
  /** Such as `/sensors/:id`. */
  readonly path: string
  /** Longest body taken in; a longer one gets 413. */
  readonly bodyBytesMax: number
  /** A request still open after so long gets 504; 30 seconds when absent. */
  readonly answerWithinMs?: number
  /** Further requests get 503 while so many are open; 10,000 when absent. */
  readonly openMax?: number
  /** Requests that ask to go on as a WebSocket come too; others get them as plain requests. */
  readonly takesWebSockets?: boolean
}

/** An answer that goes on: bytes to one client, for as long as both sides like. */
export interface HttpStream {
  /** Written, and not yet taken by the client's connection; a client that does not read lets it grow. */
  readonly bufferedBytes: number
  write(chunk: string | Uint8Array): void
  /** Ends it once all that was written has left. */
  end(): void
  /** Ends it at once. */
  destroy(): void
}

export interface HttpStreamEvents {
  /**
   * Bytes of the client, where the request asked for a WebSocket. When so many of them have been
   * given that `taken` was not called for, no more come until it is.
   */
  onData?(bytes: Uint8Array, taken: () => void): void
  /** Some of what was written has left. */
  onDrain?(): void
  /** It is over, whoever ended it. Called once. */
  onClose?(): void
}

/** The port on which flows answer HTTP; it is not the editor's. */
export interface HttpService {
  /**
   * Takes the requests of a route until the returned function is called.
   * Throws an `OperatingError` with code `HTTP_ROUTE_TAKEN` when another node has it.
   */
  route(route: HttpRoute, onRequest: (request: HttpRequest) => void): () => void
  /** Answers a request. A second answer, or one that came too late, is dropped and gives false. */
  respond(requestId: string, response: HttpResponse): boolean
  /**
   * Answers a request with what is written from now on, after a status and headers. To one that asks
   * for a WebSocket all of the answer is written, from the status line on, and `head` is left out.
   * Undefined when it was answered before, or came too late. Ends with the node.
   */
  stream(
    requestId: string,
    head: Omit<HttpResponse, 'body'> | undefined,
    events: HttpStreamEvents,
  ): HttpStream | undefined
  /** What a node of the flow answers this request with, while that goes on. */
  streamOf(requestId: string): HttpStream | undefined
  /** Calls once with the answer that this request gets from whichever node of the flow. */
  onAnswered(requestId: string, told: (response: HttpResponse) => void): void
}
