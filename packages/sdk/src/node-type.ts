import type { Descriptor } from './descriptor/index.ts'
import type {
  CheckContext,
  ConnectionContext,
  NodeContext,
  Obstacle,
  SourceContext,
} from './context.ts'
import type { Message } from './message.ts'

/** What every behaviour may have beside its own methods. */
export interface Behaviour {
  /**
   * A person pressed one of the descriptor's actions, or the engine passes on a command.
   * Throwing shows the error to the person who asked.
   */
  onAction?(name: string, argument: unknown): void
  /**
   * An epoch is about to end: put into state what has to be remembered and is not there yet, such
   * as the prepared commit of a transaction. The chain is at rest; nothing may be emitted.
   */
  beforeEpoch?(): void
  /** All state as it was at the end of that epoch is stored: commit what was prepared with it. */
  afterEpoch?(): void
  /**
   * The deployment or this node ends. Called once, after the last message; release what was
   * opened. The engine waits for the promise for a bounded time.
   */
  close?(): void | Promise<void>
}

/**
 * A source emits by itself. The engine calls `start` once all that is downstream stands; `pause`
 * and `resume` as back pressure comes and goes; `stop` when intake must end while what was taken in
 * still drains; `close` last.
 */
export interface Source extends Behaviour {
  start(): void | Promise<void>
  /**
   * Take nothing new in, in the way of the protocol, until `resume`. May be called twice. What is in
   * hand can be emitted to its end: the engine keeps it until those who press let go.
   */
  pause?(): void
  resume?(): void
  stop?(): void | Promise<void>
}

/**
 * An operator gets messages one at a time and emits while it handles them, or later under a hold.
 * Throwing sends the message out by the error port.
 */
export interface Operator extends Behaviour {
  /** `input` is the index of the input port. */
  onMessage(message: Message, input: number): void
  /**
   * No message with an event time up to `time` is expected any more. Called in order with the
   * messages, only when `time` grew. Without this method watermarks pass by at no cost.
   */
  onWatermark?(time: number): void
  /** No input will come any more; emit what is still open. */
  onEnd?(): void
}

/** A sink takes messages in. One that writes later keeps a hold until the write is confirmed. */
export interface Sink extends Operator {
  /** Write what is buffered now. The engine calls it to drain; it waits for the holds. */
  flush?(): void
}

/** What a connection type opens, shared by the nodes that refer to it. */
export interface Connection<Handle> {
  readonly handle: Handle
  close(): void | Promise<void>
}

/**
 * Looks for what only the outside knows and would keep the node from its work, such as a schema that
 * a registry refuses. Asked when a person deploys, not when a flow comes back by itself, within a
 * bounded time; changes nothing. A peer that is away is a warning at most.
 */
export type Check<D extends Descriptor> = (context: CheckContext<D>) => Promise<readonly Obstacle[]>

export interface SourceType<D extends Descriptor = Descriptor> {
  readonly descriptor: D
  readonly create: (context: SourceContext<D>) => Source
}

export interface OperatorType<D extends Descriptor = Descriptor> {
  readonly descriptor: D
  readonly create: (context: NodeContext<D>) => Operator
  readonly check?: Check<D>
}

export interface SinkType<D extends Descriptor = Descriptor> {
  readonly descriptor: D
  readonly create: (context: NodeContext<D>) => Sink
  readonly check?: Check<D>
}

export interface ConnectionType<D extends Descriptor = Descriptor, Handle = unknown> {
  readonly descriptor: D
  readonly open: (context: ConnectionContext<D>) => Connection<Handle>
  /** Tries the connection step by step, for the editor's Test button. */
  readonly test?: (context: ConnectionContext<D>) => AsyncIterable<TestStep>
}

/** One step of a connection test, such as "TCP connection". */
export interface TestStep {
  readonly step: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What was found, or what to do about it. */
  readonly text?: string
  /** Names that were found, such as those of topics: forms offer them, see `TextField.offers`. */
  readonly found?: readonly string[]
}

export interface NoteType<D extends Descriptor = Descriptor> {
  readonly descriptor: D
}

// oxlint-disable-next-line no-explicit-any -- contexts differ by descriptor; the engine builds each to fit
type AnyDescriptor = any

/** A node type as the engine sees it, whatever its descriptor. */
export type NodeType =
  | SourceType<AnyDescriptor>
  | OperatorType<AnyDescriptor>
  | SinkType<AnyDescriptor>
  | ConnectionType<AnyDescriptor>
  | NoteType<AnyDescriptor>

export function source<const D extends Descriptor & { kind: 'source' }>(
  descriptor: D,
  create: (context: SourceContext<D>) => Source,
): SourceType<D> {
  return { descriptor, create }
}

export function operator<const D extends Descriptor & { kind: 'operator' }>(
  descriptor: D,
  create: (context: NodeContext<D>) => Operator,
  check?: Check<D>,
): OperatorType<D> {
  return check === undefined ? { descriptor, create } : { descriptor, create, check }
}

export function sink<const D extends Descriptor & { kind: 'sink' }>(
  descriptor: D,
  create: (context: NodeContext<D>) => Sink,
  check?: Check<D>,
): SinkType<D> {
  return check === undefined ? { descriptor, create } : { descriptor, create, check }
}

export function connection<const D extends Descriptor & { kind: 'connection' }, Handle>(
  descriptor: D,
  open: (context: ConnectionContext<D>) => Connection<Handle>,
  test?: (context: ConnectionContext<D>) => AsyncIterable<TestStep>,
): ConnectionType<D, Handle> {
  return test === undefined ? { descriptor, open } : { descriptor, open, test }
}

export function note<const D extends Descriptor & { kind: 'note' }>(descriptor: D): NoteType<D> {
  return { descriptor }
}
