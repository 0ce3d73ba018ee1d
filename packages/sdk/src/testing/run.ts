import type { Report, SourceContext, Status } from '../context.ts'
import type { ConfigOf, Descriptor } from '../descriptor/index.ts'
import { toOperatingError } from '../error.ts'
import type { Message } from '../message.ts'
import type {
  Behaviour,
  Operator,
  OperatorType,
  Sink,
  SinkType,
  Source,
  SourceType,
} from '../node-type.ts'
import { manualTime } from './manual-time.ts'
import type { ManualTime, Time } from './manual-time.ts'
import { TestBatch } from './test-batch.ts'
import type { Delivery } from './test-batch.ts'
import { completeConfig } from './test-config.ts'
import type { TestCompiler } from './test-config.ts'
import { testHttp } from './test-http.ts'
import type { TestHttp } from './test-http.ts'
import type { TestIntake } from './test-intake.ts'
import { nothingSeen, testContext } from './test-node.ts'
import type { Failure, LogLine, Seen } from './test-node.ts'
import { testState } from './test-state.ts'
import type { NodeSnapshot, TestState } from './test-state.ts'
import { testTimers } from './test-timers.ts'
import type { TestTimers } from './test-timers.ts'

export interface RunOptions {
  readonly id?: string
  /** State from before, as after a crash. */
  readonly snapshot?: NodeSnapshot
  /** Whether anybody looks at debug reports; default true. */
  readonly isWatched?: boolean
  /** Source deliveries stay open until `settle` is called. */
  readonly settlesByHand?: boolean
  /** Whether epochs end, by `epoch`; default false. */
  readonly isDurable?: boolean
  /** The ingest log of a source; without one, none is kept. */
  readonly intake?: TestIntake
  /** For configurations given as text. */
  readonly compiler?: TestCompiler
  /** Real time, for tests against a real server; otherwise time stands still until `advance`. */
  readonly time?: Time
  readonly startMs?: number
}

/** Configuration for a test: what is left out takes its default. */
export type TestConfig<D extends Descriptor> = { readonly [Name in keyof ConfigOf<D>]?: unknown }

type Runnable<D extends Descriptor> = SourceType<D> | OperatorType<D> | SinkType<D>

/** Runs one node alone, on a clock that stands still, and remembers all that it does. */
export function run<D extends Descriptor>(
  type: Runnable<D>,
  config: TestConfig<D> = {},
  options: RunOptions = {},
): TestRun {
  // The bench is one for all descriptors; `config` was checked against this one's fields.
  return new TestRun(type as unknown as Runnable<Descriptor>, config, options)
}

export class TestRun {
  readonly http: TestHttp = testHttp()
  readonly time: Time
  private readonly type: Runnable<Descriptor>
  private readonly options: RunOptions
  private readonly config: Readonly<Record<string, unknown>>
  private readonly manual: ManualTime | undefined
  private readonly seen: Seen = nothingSeen()
  private timers: TestTimers
  private state: TestState
  private node: Behaviour & Partial<Source & Sink>

  constructor(
    type: Runnable<Descriptor>,
    config: Readonly<Record<string, unknown>>,
    options: RunOptions,
  ) {
    this.type = type
    this.options = options
    this.config = completeConfig(type.descriptor.fields, config, options.compiler ?? {})
    this.manual = options.time === undefined ? manualTime(options.startMs) : undefined
    this.time = options.time ?? this.manual ?? manualTime()
    this.timers = testTimers(this.time, (task) => task())
    this.state = testState(options.snapshot)
    this.node = this.create()
  }

  /** Hands a message to the node as a batch of its own. What it throws is in `failures()`. */
  send(message: Partial<Message>, input: number | string = 0): Delivery {
    const batch = new TestBatch()
    this.inBatch(batch, () => this.handOver({ payload: undefined, ...message }, input))
    return batch
  }

  /** Hands several messages to the node as one batch, in one turn. */
  sendAll(messages: readonly Partial<Message>[], input: number | string = 0): Delivery {
    const batch = new TestBatch()
    this.inBatch(batch, () => {
      for (const message of messages) this.handOver({ payload: undefined, ...message }, input)
    })
    return batch
  }

  /** Lets time pass; timers run on the way, each at its own time. */
  advance(ms: number): void {
    if (this.manual === undefined) throw new Error('Real time cannot be advanced.')
    this.manual.advance(ms)
    this.timers.endTurn()
  }

  /** Tells the node that event time has come this far. */
  watermark(time: number): void {
    this.node.onWatermark?.(time)
    this.timers.endTurn()
  }

  /** Tells the node that no input will come any more. */
  end(): void {
    this.node.onEnd?.()
    this.timers.endTurn()
  }

  async start(): Promise<void> {
    await this.node.start?.()
    this.timers.endTurn()
  }

  pause(): void {
    this.node.pause?.()
  }

  resume(): void {
    this.node.resume?.()
    this.timers.endTurn()
  }

  async stop(): Promise<void> {
    await this.node.stop?.()
  }

  flush(): void {
    this.node.flush?.()
    this.timers.endTurn()
  }

  /** Ends an epoch; what `snapshot` gives right after is what the engine would have stored. */
  epoch(): void {
    this.node.beforeEpoch?.()
    this.node.afterEpoch?.()
    this.timers.endTurn()
  }

  /** Presses one of the node's buttons. */
  action(name: string, argument?: unknown): void {
    if (this.node.onAction === undefined) throw new Error('The node has no actions.')
    this.node.onAction(name, argument)
    this.timers.endTurn()
  }

  /** Closes the node and ends its timers. */
  async close(): Promise<void> {
    await this.node.close?.()
    this.timers.cancelAll()
  }

  /** Everything emitted so far, or what left by one port. */
  emitted(port?: string): readonly Message[] {
    const wanted = this.seen.emitted.filter((item) => port === undefined || item.port === port)
    return wanted.map((item) => item.message)
  }

  /** Everything emitted since the last call, and forgets it. */
  take(port?: string): readonly Message[] {
    const taken = this.emitted(port)
    const kept = this.seen.emitted.filter((item) => port !== undefined && item.port !== port)
    this.seen.emitted.splice(0, this.seen.emitted.length, ...kept)
    return taken
  }

  /** Messages that could not be handled, by `fail` or by throwing. */
  failures(): readonly Failure[] {
    return this.seen.failures
  }

  reports(): readonly Report[] {
    return this.seen.reports
  }

  statuses(): readonly Status[] {
    return this.seen.statuses
  }

  log(): readonly LogLine[] {
    return this.seen.log
  }

  /** What a source said itself about its event time. */
  watermarks(): readonly number[] {
    return this.seen.watermarks
  }

  /** The batches that a source delivered, in order. */
  deliveries(): readonly Delivery[] {
    return this.seen.deliveries
  }

  /** Settles a delivery when the run was opened with `settlesByHand`. */
  settle(index: number, error?: unknown): void {
    const batch = this.seen.deliveries[index]
    if (batch === undefined) throw new Error(`There is no delivery ${index}.`)
    batch.release(error)
    this.timers.endTurn()
  }

  get openHolds(): number {
    return this.seen.openHolds
  }

  get openTimers(): number {
    return this.timers.open
  }

  /** The time past which the node lets no watermark go, or Infinity. */
  get heldTime(): number {
    return this.seen.heldTime
  }

  get isPressing(): boolean {
    return this.seen.isPressing
  }

  get hasEnded(): boolean {
    return this.seen.hasEnded
  }

  snapshot(): NodeSnapshot {
    return this.state.snapshot()
  }

  /** As after a crash: a new node over the given state; the old one is not even closed. */
  restore(snapshot: NodeSnapshot): void {
    this.timers.cancelAll()
    this.timers = testTimers(this.time, (task) => task())
    this.state = testState(snapshot)
    this.seen.isPressing = false
    this.seen.heldTime = Infinity
    this.seen.openHolds = 0
    this.node = this.create()
  }

  private create(): Behaviour & Partial<Source & Operator & Sink> {
    const context: SourceContext = testContext({
      descriptor: this.type.descriptor,
      id: this.options.id ?? 'node',
      config: this.config,
      time: this.time,
      timers: this.timers,
      state: this.state,
      http: this.http,
      isWatched: () => this.options.isWatched ?? true,
      settlesByHand: this.options.settlesByHand ?? false,
      isDurable: this.options.isDurable ?? false,
      intake: this.options.intake,
      seen: this.seen,
    })
    return this.type.create(context)
  }

  private inBatch(batch: TestBatch, task: () => void): void {
    this.seen.batch = batch
    task()
    this.seen.batch = undefined
    batch.release()
    this.timers.endTurn()
  }

  private handOver(message: Message, input: number | string): void {
    const index = typeof input === 'number' ? input : this.inputIndex(input)
    if (this.node.onMessage === undefined) throw new Error('A source takes no messages.')
    try {
      this.node.onMessage(message, index)
    } catch (error) {
      this.seen.failures.push({ ...toOperatingError(error), original: message })
    }
  }

  private inputIndex(name: string): number {
    const index = this.type.descriptor.inputs.findIndex((port) => port.name === name)
    if (index < 0) throw new Error(`There is no input "${name}".`)
    return index
  }
}
