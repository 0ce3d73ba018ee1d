import type { IngestLog, IngestRecord } from '../durability.ts'
import { EngineError, sentenceOf } from '../error.ts'
import type { NodeRun } from '../run/node-run.ts'
import { Acknowledgements } from './acknowledgements.ts'
import type { Safe } from './acknowledgements.ts'
import type { Overflow } from './overflow.ts'

/** Records that are read from the log at a time. */
const readAhead = 256
const recallAhead = 64

type Replay = (record: Uint8Array, takenAt: number) => void

/** What the log asks of those around it. */
export interface IntakeEvents {
  /** There may be something to replay. */
  behind(): void
  /** Whether the source has to pause may have changed. */
  pause(node: NodeRun): void
  /** All is replayed, and the source had ended before. */
  ended(node: NodeRun): void
}

/** What goes with a record that was taken in. */
interface Taken {
  readonly run: () => void
  readonly safe: Safe
  /** Its sender does nothing else before it is safe. */
  readonly isAwaited: boolean
}

/**
 * The ingest log of one source, and how far the flow has come in it. It outlives the source's run:
 * a changed source goes on where the one before it was.
 */
export class IntakeLog {
  /** Type of the source whose records these are. */
  readonly type: string
  /** Position of the last record that was given to the flow, or dropped. */
  position: number
  /** Records that were dropped because the flow was behind. */
  dropped = 0
  overflow: Overflow = { policy: 'block', keepMax: Infinity }
  readonly log: IngestLog
  private readonly events: IntakeEvents
  private readonly acknowledgements = new Acknowledgements()
  private owner: NodeRun | undefined
  private replay: Replay | undefined
  private ahead: readonly IngestRecord[] = []
  private aheadAt = 0
  private lastTakenAt = -Infinity
  private hasSourceEnded = false
  private isClosed = false

  constructor(
    log: IngestLog,
    given: { readonly type: string; readonly position: number; readonly events: IntakeEvents },
  ) {
    this.log = log
    this.type = given.type
    this.position = given.position
    this.events = given.events
    // Positions that an epoch knows of are not given to other records, even if the log was lost.
    log.release(given.position)
  }

  /** Records that are in the log and not yet given to the flow. */
  get backlog(): number {
    return Math.max(0, this.log.last - this.position)
  }

  get bytes(): number {
    return this.log.bytes
  }

  get isFull(): boolean {
    return this.log.isFull
  }

  get node(): NodeRun | undefined {
    return this.owner
  }

  /** Whether the source should take nothing in now. */
  get shouldPause(): boolean {
    switch (this.overflow.policy) {
      case 'block':
        return this.isPressed || this.isCatchingUp || this.log.isFull
      case 'spill':
        return this.log.isFull
      default:
        return false
    }
  }

  /** Whether the next record could be replayed now. */
  get isReady(): boolean {
    return this.isCatchingUp && !this.isPressed && !this.isClosed
  }

  /** When the next record to be replayed was taken in; Infinity where there is none. */
  get nextTakenAt(): number {
    return this.next()?.takenAt ?? Infinity
  }

  /** This run of the source takes in from now on. */
  own(node: NodeRun, overflow: Overflow): void {
    if (this.owner === node) return
    this.owner = node
    this.overflow = overflow
    this.replay = undefined
    node.intake = this
    this.standStill()
  }

  /** The source's run ends; what it still takes in waits for the next. */
  disown(node: NodeRun): void {
    if (this.owner !== node) return
    this.owner = undefined
    this.replay = undefined
  }

  /** The source has started: if it replays nothing, there is nothing to wait for. */
  started(node: NodeRun): void {
    if (this.replay === undefined && node.origin !== undefined) node.origin.behindAt = undefined
  }

  /** Nothing presses on the source any more. */
  eased(): void {
    if (this.isReady) this.events.behind()
  }

  onReplay(node: NodeRun, replay: Replay): void {
    if (this.owner !== node) return
    this.replay = replay
    if (this.backlog > 0) this.events.behind()
  }

  /** Shows the newest records, oldest first. */
  recall(limit: number, see: (record: Uint8Array) => void): void {
    let after = Math.max(0, this.log.last - limit)
    for (;;) {
      const records = this.log.read(after, recallAhead)
      for (const { bytes } of records) see(bytes)
      const last = records.at(-1)
      if (last === undefined) return
      after = last.position
    }
  }

  take(node: NodeRun, bytes: Uint8Array, taken: Taken): void {
    const safe: Safe = (error) => {
      if (!node.isClosed) node.runAttributed(() => taken.safe(error))
      else if (error === undefined) tellClosed(node, taken.safe)
    }
    if (this.isClosed) {
      safe(new EngineError('NODE_CLOSED', 'The source was closed.', { node: node.id }))
      return
    }
    const { run, isAwaited } = taken
    if (this.owner === node && this.keepsUp()) this.append(node, bytes, { run, safe, isAwaited })
    else this.putBack(node, bytes, { run, safe, isAwaited })
  }

  /** Gives the flow the next record. Only called while `isReady`. */
  replayNext(): void {
    const { owner, replay } = this
    const record = this.next()
    if (owner === undefined || replay === undefined) return
    if (record === undefined) {
      // What lies between is damaged.
      this.position = this.log.last
    } else {
      this.position = record.position
      if (owner.origin !== undefined) owner.origin.behindAt = record.takenAt
      const run = (): void => replay(record.bytes, record.takenAt)
      owner.runtime.deliver(owner, run, () => undefined)
    }
    // What the flow was too slow for is still of the time when it was taken in.
    if (this.backlog === 0) owner.afterOverhang(() => this.catchUp(owner))
  }

  /** Whether the source's end has to wait for what is still to be replayed. */
  endsLater(): boolean {
    if (!this.isCatchingUp) return false
    this.hasSourceEnded = true
    return true
  }

  /** All that the flow was given is on disk once this returns; throws what keeps it from there. */
  syncNow(): void {
    this.log.syncNow()
  }

  /** An epoch that knows of this position is stored. */
  release(position: number): void {
    this.log.release(position)
    if (this.owner?.isPaused === true) this.events.pause(this.owner)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.log.close()
  }

  private get isCatchingUp(): boolean {
    return this.replay !== undefined && this.backlog > 0
  }

  private get isPressed(): boolean {
    return this.owner?.isPressed === true
  }

  /** A source that cannot replay has no other way than at once. */
  private keepsUp(): boolean {
    return this.replay === undefined || (this.backlog === 0 && !this.isPressed)
  }

  private append(node: NodeRun, bytes: Uint8Array, { run, safe, isAwaited }: Taken): void {
    const takenAt = this.takenAt(node)
    const { origin } = node
    const told = this.acknowledgements.next(safe)
    this.position = this.log.append(bytes, takenAt, told, isAwaited)
    if (origin !== undefined) origin.behindAt = takenAt
    node.runtime.deliver(node, run, () => undefined)
    if (origin !== undefined) origin.behindAt = undefined
    if (this.log.isFull) this.events.pause(node)
  }

  /** The flow is behind: the record waits for its turn, or is dropped. */
  private putBack(node: NodeRun, bytes: Uint8Array, { safe, isAwaited }: Taken): void {
    const { policy, keepMax } = this.overflow
    const isOver = this.backlog >= keepMax || this.log.isFull
    if (isOver && (policy === 'dropNewest' || (policy === 'dropOldest' && this.log.isFull))) {
      this.dropped += 1
      this.acknowledgements.skip(safe)
      return
    }
    const takenAt = this.takenAt(node)
    this.log.append(bytes, takenAt, this.acknowledgements.next(safe), isAwaited)
    if (isOver && policy === 'dropOldest') {
      this.position += 1
      this.dropped += 1
    }
    const { origin } = this.owner ?? {}
    if (origin !== undefined) origin.behindAt ??= takenAt
    this.events.behind()
    this.events.pause(node)
  }

  /** Time of arrival, as an origin would have it: it never goes back. */
  private takenAt({ origin, runtime }: NodeRun): number {
    const now = this.backlog > 0 ? runtime.host.clock.now() : origin?.arrival()
    this.lastTakenAt = Math.max(this.lastTakenAt, now ?? runtime.host.clock.now())
    return this.lastTakenAt
  }

  /** While the flow is behind, time of arrival is that of the record that comes next. */
  private standStill(): void {
    const { owner } = this
    if (owner?.origin === undefined) return
    const next = this.backlog > 0 ? this.next() : undefined
    if (next === undefined) return
    owner.origin.behindAt = next.takenAt
  }

  private catchUp(owner: NodeRun): void {
    if (this.backlog > 0) return
    if (owner.origin !== undefined) owner.origin.behindAt = undefined
    this.events.pause(owner)
    if (!this.hasSourceEnded) return
    this.hasSourceEnded = false
    this.events.ended(owner)
  }

  private next(): IngestRecord | undefined {
    const { position } = this
    while ((this.ahead[this.aheadAt]?.position ?? Infinity) <= position) this.aheadAt += 1
    if (this.aheadAt >= this.ahead.length) {
      this.ahead = this.log.read(position, readAhead)
      this.aheadAt = 0
    }
    const record = this.ahead[this.aheadAt]
    if (record !== undefined) this.lastTakenAt = Math.max(this.lastTakenAt, record.takenAt)
    return record
  }
}

/**
 * A source that was changed or removed still hears that what it had taken in is on disk: its sender
 * waits for that, and others may wait behind it for the same connection.
 */
function tellClosed({ id, runtime: { host } }: NodeRun, safe: Safe): void {
  try {
    safe()
  } catch (error) {
    const text = `A closed source could not acknowledge what it had taken in: ${sentenceOf(error)}`
    host.log({ time: host.clock.now(), level: 'warn', text, node: id })
  }
}
