import type { Message } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'
import type { Held, HeldMessages } from '../durable/held-messages.ts'
import type { Intakes } from '../durable/intakes.ts'
import { EngineError } from '../error.ts'
import type { Batch, HoldRecord } from './batch.ts'
import type { NodeRun } from './node-run.ts'
import type { OutputPort } from './output-port.ts'
import type { Tracking } from '../state/keyed-state.ts'
import { Turn } from './node-timers.ts'

/** Open holds from which a node presses by itself, and below which it lets go again. */
const holdsHigh = 10_000
const holdsLow = 5_000

/** What the runtime tells the deployment that owns it. */
export interface RuntimeEvents {
  /** A node that passes watermarks on has taken its first hold. */
  firstHold(node: NodeRun): void
  /** Whether the node presses has changed. */
  pressure(node: NodeRun): void
  /** A hold was released or a batch settled: what waits for that may go on. */
  settled(node: NodeRun): void
  /** All that waited at a source because others pressed has gone on. */
  overhangGone(node: NodeRun): void
  /** A source says that it has come to its end. */
  sourceEnded(node: NodeRun): void
}

interface RuntimeParts {
  readonly events: RuntimeEvents
  readonly held: HeldMessages | undefined
}

/** What all nodes of one deployment share while messages travel: above all, the batch in hand. */
export class Runtime {
  readonly host: EngineHost
  readonly marker: Int32Array
  readonly turn: Turn
  readonly flow: () => string
  /** The batch of the message in hand. */
  batch: Batch | undefined
  /** What nodes hold, where that is stored. */
  readonly held: HeldMessages | undefined
  /** The ingest logs, where there are any. */
  intakes: Intakes | undefined
  /** How the state of a node is kept, where it is stored. */
  tracking: ((node: string) => Tracking) | undefined
  private readonly events: RuntimeEvents
  /** A batch that is settled and that nothing refers to any more. */
  private spare: Batch | undefined

  constructor(host: EngineHost, flow: () => string, parts: RuntimeParts) {
    this.host = host
    this.held = parts.held
    this.marker = host.gauges.marker
    this.turn = new Turn(host)
    this.flow = flow
    this.events = parts.events
  }

  /** Runs code of a source that emits, as one batch. */
  deliver(source: NodeRun, run: () => void, settled: (error?: unknown) => void): void {
    const outer = this.batch
    const batch = this.openBatch(source, settled)
    this.batch = batch
    const thrown = source.attempt(run)
    this.batch = outer
    if (thrown !== undefined) failBatch(batch, thrown)
    batch.open -= 1
    if (batch.open > 0) return
    this.settle(batch)
    // Nothing held it, so nothing remembers it.
    this.spare = batch
  }

  /** Runs code of a node outside of any batch; what it throws is the caller's affair. */
  asNode<Result>(node: NodeRun, task: () => Result): Result {
    const { marker, batch } = this
    const before = marker[0] ?? -1
    marker[0] = node.index
    this.batch = undefined
    try {
      return task()
    } finally {
      this.batch = batch
      marker[0] = before
    }
  }

  /** Code of a node goes on by itself; the promise comes after all that it does at once. */
  goesOn(node: NodeRun): void {
    const { marker } = this
    if (marker[0] === node.index) return
    void Promise.resolve().then(() => {
      marker[0] = -1
    })
    marker[0] = node.index
  }

  hold(node: NodeRun): HoldRecord {
    const { batch } = this
    if (batch !== undefined) batch.open += 1
    // What is held on behalf of a held message holds back the same watermarks. No time comes to a
    // source from which it could be held back.
    const segment = node.isSource ? undefined : node.gateForHolds().enter(node.resumed?.segment)
    const next = node.holds
    const hold: HoldRecord = {
      kind: 'hold',
      batch,
      node,
      segment,
      held: this.held === undefined ? undefined : messageHeld(node, this.held),
      state: 'open',
      previous: undefined,
      next,
    }
    if (next !== undefined) next.previous = hold
    node.holds = hold
    node.inFlight += 1
    if (node.inFlight === holdsHigh && !node.isSource) this.setOverfull(node, true)
    return hold
  }

  /** Takes a hold for a message that the node will be given later. */
  holdAhead(node: NodeRun, message: Message, input: number): HoldRecord {
    const { inHand } = node
    node.takeInHand(message, input)
    const hold = this.hold(node)
    node.takeInHand(inHand, node.inHandInput)
    return hold
  }

  /** Takes a hold for a message that was held before a crash, or by the node in this one's place. */
  holdAgain(node: NodeRun, held: Held): HoldRecord {
    node.held = held
    const hold = this.hold(node)
    node.held = undefined
    return hold
  }

  /** Runs code that emits on behalf of a held message. */
  resume(hold: HoldRecord, run: () => void): void {
    const outer = this.batch
    const { node } = hold
    const { held: outerHeld, resumed: outerResumed } = node
    this.batch = hold.state === 'open' ? hold.batch : undefined
    // What is held from here on is the same message.
    node.held = hold.held
    node.resumed = hold.state === 'open' ? hold : undefined
    const thrown = node.attempt(run)
    node.held = outerHeld
    node.resumed = outerResumed
    this.batch = outer
    if (thrown === undefined || hold.state !== 'open') return
    // The code that would have released it may never have been reached.
    this.end(hold, thrown)
    hold.state = 'failed'
  }

  release(hold: HoldRecord, error?: unknown): void {
    if (hold.state === 'open') {
      this.end(hold, hold.isTakenOver === true ? undefined : error)
    } else if (hold.state === 'released') {
      const message = 'The node released a hold twice.'
      hold.node.crashed(new EngineError('HOLD_RELEASED_TWICE', message, { node: hold.node.id }))
    }
    hold.state = 'released'
  }

  /** Ends the holds that a node left open as it closed. */
  releaseAll(node: NodeRun): void {
    const error = new EngineError('NODE_CLOSED', 'The node was closed.', { node: node.id })
    for (let hold = node.holds; hold !== undefined; hold = node.holds) {
      this.end(hold, error)
      hold.state = 'failed'
    }
  }

  onFirstHold(node: NodeRun): void {
    this.events.firstHold(node)
  }

  onOverhangGone(node: NodeRun): void {
    this.events.overhangGone(node)
  }

  endSource(node: NodeRun): void {
    if (node.isClosed || node.intake?.endsLater() === true) return
    this.events.sourceEnded(node)
  }

  setPressure(node: NodeRun, isHigh: boolean): void {
    if (node.asksPressure === isHigh || node.isClosed) return
    node.asksPressure = isHigh
    if (!node.isOverfull) this.events.pressure(node)
  }

  /** Emits by a port of a node that gives messages their event time, unless others press on it. */
  emitTimed(node: NodeRun, message: Message, port: OutputPort): void {
    if (node.keepsBack && node.overhang !== undefined) node.overhang.keep(message, port)
    else this.passTimed(node, message, port)
  }

  /** The same whoever presses. */
  passTimed(node: NodeRun, message: Message, port: OutputPort): void {
    const { origin } = node
    if (origin === undefined) return
    let time: number
    try {
      time = origin.timeOf(message)
    } catch (error) {
      node.fail(error, message)
      return
    }
    port.emit(withTime(node, message, time))
    if (origin.links.length > 0) origin.saw(time, message)
  }

  private openBatch(source: NodeRun, settled: (error?: unknown) => void): Batch {
    source.openBatches += 1
    const { spare } = this
    if (spare === undefined) {
      return { open: 1, hasFailed: false, error: undefined, source, settled }
    }
    this.spare = undefined
    spare.open = 1
    spare.hasFailed = false
    spare.error = undefined
    spare.source = source
    spare.settled = settled
    return spare
  }

  private end(hold: HoldRecord, error: unknown): void {
    const { node, batch } = hold
    if (hold.previous === undefined) node.holds = hold.next
    else hold.previous.next = hold.next
    if (hold.next !== undefined) hold.next.previous = hold.previous
    node.inFlight -= 1
    if (hold.held !== undefined) this.held?.release(hold.held)
    if (node.isOverfull && node.inFlight < holdsLow) this.setOverfull(node, false)
    if (hold.segment !== undefined && node.gate !== undefined) {
      const watermark = node.gate.leave(hold.segment)
      if (watermark > -Infinity) node.stop?.pass(watermark)
    }
    if (batch !== undefined) {
      if (error !== undefined) failBatch(batch, error)
      batch.open -= 1
      if (batch.open === 0) this.settle(batch)
    }
    this.events.settled(node)
  }

  private settle(batch: Batch): void {
    const { source } = batch
    source.openBatches -= 1
    if (!source.isClosed) {
      const { settled, error } = batch
      const { marker } = this
      const before = marker[0] ?? -1
      marker[0] = source.index
      try {
        if (batch.hasFailed) settled(error)
        else settled()
      } catch (thrown) {
        source.crashed(thrown)
      }
      marker[0] = before
    }
    this.events.settled(source)
  }

  private setOverfull(node: NodeRun, isOverfull: boolean): void {
    if (node.isOverfull === isOverfull) return
    node.isOverfull = isOverfull
    if (!node.asksPressure) this.events.pressure(node)
  }
}

/** The message that a hold is about, as far as a message is in hand. */
function messageHeld(node: NodeRun, messages: HeldMessages): Held | undefined {
  const { inHand, inHandInput } = node
  if (node.held === undefined && inHand !== undefined) {
    node.held = messages.take(node.id, inHandInput, inHand)
  }
  if (node.held !== undefined) node.held.open += 1
  return node.held
}

function failBatch(batch: Batch, error: unknown): void {
  if (batch.hasFailed) return
  batch.hasFailed = true
  batch.error = error
}

/** Sources hand out fresh messages; an operator may pass on one that others see. */
function withTime(node: NodeRun, message: Message, time: number): Message {
  if (message.time === time) return message
  if (!node.isSource) return { ...message, time }
  message.time = time
  return message
}
