import type {
  Behaviour,
  Emit,
  Message,
  OperatingError,
  Operator,
  Sink,
  Source,
} from '@millrace/sdk'
import { toOperatingError } from '@millrace/sdk'
import { deepClone } from '../message/deep-clone.ts'
import type { PlannedNode, PlannedWire } from '../plan/plan.ts'
import type { NodeState } from '../state/keyed-state.ts'
import { Gate } from '../time/gate.ts'
import type { Origin } from '../time/origin.ts'
import type { TimeListener, TimeStop } from '../time/time-stop.ts'
import type { Held } from '../durable/held-messages.ts'
import type { IntakeLog } from '../durable/intake-log.ts'
import type { HoldRecord } from './batch.ts'
import { FailureNotes } from './failure-notes.ts'
import { recovers } from './failure-policy.ts'
import type { GaugeSlots } from './gauge-pool.ts'
import { NodeTimers } from './node-timers.ts'
import { OutputPort } from './output-port.ts'
import { Overhang } from './overhang.ts'
import type { Runtime } from './runtime.ts'

export type AnyBehaviour = Behaviour & Partial<Source & Operator & Sink>

/** Before the node was created. */
const unmade: AnyBehaviour = {}

/** Received and failed; the ports follow. */
const ownGauges = 2

export function gaugesOf(planned: PlannedNode): number {
  return ownGauges + planned.ports.length
}

export interface NodeRunParts {
  readonly runtime: Runtime
  readonly planned: PlannedNode
  readonly index: number
  readonly gauges: GaugeSlots
  readonly state: NodeState
  readonly connections: readonly string[]
}

/** One running node: its behaviour, and all that the engine keeps about it. */
export class NodeRun implements TimeListener {
  readonly runtime: Runtime
  readonly id: string
  readonly isSource: boolean
  /** Number of the node in the host's marker. */
  readonly index: number
  readonly gauges: GaugeSlots
  readonly state: NodeState
  /** Ids of the connections that it uses. */
  readonly connections: readonly string[]
  readonly ports: readonly OutputPort[]
  readonly errorPort: OutputPort | undefined
  readonly timers: NodeTimers
  readonly notes: FailureNotes
  planned: PlannedNode
  behaviour: AnyBehaviour = unmade

  isClosed = false
  /** What the node opened at the host and may have left open. */
  readonly whenClosed: (() => void)[] = []
  /** Open holds of this node. */
  inFlight = 0
  holds: HoldRecord | undefined
  /** The hold on behalf of which its code runs now. */
  resumed: HoldRecord | undefined
  /** The message that the node was just given, and what is held of it; noted where that is stored. */
  inHand: Message | undefined
  inHandInput = 0
  held: Held | undefined
  /** The ingest log of this source, once it has asked for it. */
  intake: IntakeLog | undefined
  /** What the last epoch has of it, beside its state. */
  storedWatermark = -Infinity
  storedPosition = -1
  /** It took another's place, whose event time it does not go on with. */
  startsTimeAnew = false
  /** How often the node failed at a message that it is given again. */
  attempts: WeakMap<Message, number> | undefined
  /** Batches of this source that are not yet settled. */
  openBatches = 0

  /** What the node itself says about pressure, and what its holds say. */
  asksPressure = false
  isOverfull = false
  /** Nodes downstream that press on this source. */
  presses = 0
  isPaused = false
  /** What a source has in hand while others press on it. */
  readonly overhang: Overhang | undefined
  /** What it emits is to wait there. */
  keepsBack = false
  /** Whether `start` was called, and whether it is through. */
  wasStarted = false
  hasStarted = false

  /** Where this node gives event time to what it emits. */
  origin: Origin | undefined
  stop: TimeStop | undefined
  heldTime = Infinity
  /** Whether the node has ever kept time back. */
  holdsTime = false
  gate: Gate | undefined

  /** No source sends to it, not even by others. */
  isSilent = false
  isEnding = false
  hasEnded = false

  private readonly entries: (Emit | undefined)[] = []

  constructor(parts: NodeRunParts) {
    const { runtime, planned, gauges } = parts
    this.runtime = runtime
    this.planned = planned
    this.id = planned.id
    this.isSource = planned.descriptor.kind === 'source'
    this.overhang = this.isSource ? new Overhang(this) : undefined
    this.index = parts.index
    this.gauges = gauges
    this.state = parts.state
    this.connections = parts.connections
    this.timers = new NodeTimers(runtime.host, runtime.turn, this)
    this.notes = new FailureNotes(runtime.host, planned.id)
    this.ports = planned.ports.map(
      ({ name }, index) => new OutputPort(name, gauges.counts, gauges.at + ownGauges + index),
    )
    this.errorPort = this.ports.find(({ name }) => name === 'error' && hasErrorPortLast(planned))
  }

  get received(): number {
    return this.gauges.counts[this.gauges.at] ?? 0
  }

  get errors(): number {
    return this.gauges.counts[this.gauges.at + 1] ?? 0
  }

  get isPressing(): boolean {
    return this.asksPressure || this.isOverfull
  }

  /** A source of which nothing more is wanted now. */
  get isPressed(): boolean {
    return this.presses > 0 || (this.overhang?.size ?? 0) > 0
  }

  /** The function that takes messages in by a wire; the same one each time it is asked for. */
  entry({ input, isShared, isDistant }: PlannedWire): Emit {
    const needsCopy = isShared && this.planned.descriptor.changesMessages === true
    const key = input * 4 + (needsCopy ? 1 : 0) + (isDistant ? 2 : 0)
    let entry = this.entries[key]
    if (entry === undefined) {
      if (this.runtime.held !== undefined) entry = notingEntry(this, input)
      else entry = needsCopy ? copyingEntry(this, input) : plainEntry(this, input)
      if (isDistant) entry = distantEntry(this, input, entry)
      this.entries[key] = entry
    }
    return entry
  }

  takeInHand(message: Message | undefined, input: number): void {
    this.inHand = message
    this.inHandInput = input
    this.held = undefined
  }

  /** Gives the node a message that was held, and lets go of the hold. */
  receiveAgain(hold: HoldRecord, { message, input }: Held): void {
    const { runtime, gauges } = this
    if (!this.isSource) gauges.counts[gauges.at] = this.received + 1
    runtime.resume(hold, () => {
      if (this.isSource) return this.emitAgain(message, input)
      try {
        operatorOf(this).onMessage(message, input)
      } catch (error) {
        this.fail(error, message, input)
      }
    })
    if (hold.state === 'open') runtime.release(hold)
  }

  /** Does something about time that comes after what waits to be emitted. */
  afterOverhang(task: () => void): void {
    if (this.overhang === undefined) task()
    else this.overhang.afterwards(task)
  }

  /** Code of the node that no message called for: timers, actions, watermarks. */
  runAttributed(task: () => void): void {
    const { runtime } = this
    const outer = runtime.batch
    runtime.batch = undefined
    this.attempt(task)
    runtime.batch = outer
  }

  /** Runs code of the node; what it throws is noted as the node's and given back. */
  attempt(task: () => void): unknown {
    const { marker } = this.runtime
    const before = marker[0] ?? -1
    marker[0] = this.index
    let thrown: unknown
    try {
      task()
    } catch (error) {
      thrown = error ?? new Error('The node threw nothing.')
      this.crashed(thrown)
    }
    marker[0] = before
    return thrown
  }

  onTime(watermark: number): void {
    const { behaviour } = this
    if (behaviour.onWatermark === undefined) return
    const { marker } = this.runtime
    const before = marker[0] ?? -1
    marker[0] = this.index
    try {
      behaviour.onWatermark(watermark)
    } catch (error) {
      this.crashed(error)
    }
    marker[0] = before
  }

  /**
   * A message that the node could not handle leaves by the error port, or is counted and shown,
   * unless the person wants something else done about it.
   */
  fail(error: unknown, message: Message, input = 0): void {
    const reason = this.reasonOf(error)
    if (recovers(this, { reason, message, input })) return
    this.countError()
    if (this.errorPort?.isWired !== true) {
      this.notes.note(reason)
      return
    }
    const { code, message: sentence } = reason
    const failed = { ...message, error: { code, message: sentence, node: this.id } }
    if (this.keepsBack) this.overhang?.keep(failed, this.errorPort)
    else this.errorPort.emit(failed)
  }

  /** The node threw where there was no message in hand. */
  crashed(error: unknown): void {
    this.countError()
    this.notes.note(this.reasonOf(error))
  }

  /** As it stands on the message and in dead letters, which go anywhere. */
  private reasonOf(error: unknown): OperatingError {
    const reason = toOperatingError(error)
    const { host } = this.runtime
    return host.redact === undefined
      ? reason
      : { code: reason.code, message: host.redact(reason.message) }
  }

  /** The node keeps messages from this time on; from its first call on it may hold time back. */
  holdTime(time: number): void {
    if (time === this.heldTime || this.isClosed) return
    this.heldTime = time
    const isFirst = !this.holdsTime
    this.holdsTime = true
    // While the node is being made, time is not joined yet.
    if (isFirst && this.behaviour !== unmade) this.runtime.onFirstHold(this)
    this.stop?.goOn()
  }

  /** From its first hold on a node may hold watermarks back as well. */
  gateForHolds(): Gate {
    if (this.gate === undefined) {
      this.gate = new Gate()
      this.runtime.onFirstHold(this)
    }
    return this.gate
  }

  /** Messages will be held before time is joined, so that it is joined with the gate there. */
  expectHolds(): void {
    if (!this.isSource) this.gate ??= new Gate()
  }

  /** What waited at a source before a crash waits there again, until others have what they held. */
  private emitAgain(message: Message, port: number): void {
    const by = this.ports[port] ?? this.ports[0]
    if (by !== undefined) this.overhang?.keep(message, by)
    this.overhang?.review()
  }

  countError(): void {
    const { counts, at } = this.gauges
    counts[at + 1] = (counts[at + 1] ?? 0) + 1
  }
}

function hasErrorPortLast(planned: PlannedNode): boolean {
  return planned.descriptor.errorPort !== false
}

// The two entries repeat each other on purpose: they are the hottest lines there are.

function plainEntry(node: NodeRun, input: number): Emit {
  const { marker } = node.runtime
  const { counts, at } = node.gauges
  const { index } = node
  const operator = operatorOf(node)
  return (message) => {
    const before = marker[0]! // oxlint-disable-line no-non-null-assertion -- the marker has one number
    marker[0] = index
    counts[at] = counts[at]! + 1 // oxlint-disable-line no-non-null-assertion -- allocated for this node
    try {
      operator.onMessage(message, input)
    } catch (error) {
      node.fail(error, message, input)
    }
    marker[0] = before
  }
}

function copyingEntry(node: NodeRun, input: number): Emit {
  const { marker } = node.runtime
  const { counts, at } = node.gauges
  const { index } = node
  const operator = operatorOf(node)
  return (message) => {
    const before = marker[0]! // oxlint-disable-line no-non-null-assertion -- the marker has one number
    marker[0] = index
    counts[at] = counts[at]! + 1 // oxlint-disable-line no-non-null-assertion -- allocated for this node
    try {
      operator.onMessage(deepClone(message), input)
    } catch (error) {
      node.fail(error, message, input)
    }
    marker[0] = before
  }
}

/**
 * Notes the message in hand, so that what the node holds can be stored. A node that changes messages
 * always gets a copy, as what is stored has to be the message that it was given.
 */
function notingEntry(node: NodeRun, input: number): Emit {
  const { marker } = node.runtime
  const { counts, at } = node.gauges
  const { index } = node
  const operator = operatorOf(node)
  const copies = node.planned.descriptor.changesMessages === true
  return (message) => {
    const before = marker[0]! // oxlint-disable-line no-non-null-assertion -- the marker has one number
    marker[0] = index
    counts[at] = counts[at]! + 1 // oxlint-disable-line no-non-null-assertion -- allocated for this node
    node.inHand = message
    node.inHandInput = input
    node.held = undefined
    try {
      operator.onMessage(copies ? deepClone(message) : message, input)
    } catch (error) {
      node.fail(error, message, input)
    }
    node.inHand = undefined
    node.held = undefined
    marker[0] = before
  }
}

/** Takes messages in at the end of the turn, when the call stack is empty again. */
function distantEntry(node: NodeRun, input: number, near: Emit): Emit {
  const { runtime } = node
  return (message) => {
    const hold = runtime.holdAhead(node, message, input)
    runtime.turn.putOff(node, () => {
      if (node.isClosed) return
      runtime.resume(hold, () => near(message))
      runtime.release(hold)
    })
  }
}

function operatorOf(node: NodeRun): Pick<Operator, 'onMessage'> {
  const { behaviour } = node
  // Every type with input ports has `onMessage`; one that lacks it fails at its first message.
  return behaviour as Operator
}
