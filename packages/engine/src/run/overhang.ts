import type { Message } from '@millrace/sdk'
import type { HoldRecord } from './batch.ts'
import type { NodeRun } from './node-run.ts'
import type { OutputPort } from './output-port.ts'

/** So many messages go on before others get their turn. */
const portion = 256
/**
 * Of a source that cannot pause: beyond it the oldest go on, whatever presses. One that can has no
 * more in hand than what it had read, which it bounds by itself.
 */
const waitingMax = 100_000

interface Waiting {
  readonly message: Message
  readonly port: OutputPort
  readonly hold: HoldRecord
  /** Where the record that it is of was taken in before: when that was. */
  readonly behindAt: number | undefined
}

/**
 * What a source still emits of what it had in hand when a node below began to press, such as the
 * rest of a read: it waits here, in order, instead of running that node over. The source is paused
 * until all of it has gone on, so there is no more of it than was read already.
 */
export class Overhang {
  private readonly node: NodeRun
  private waiting: Waiting[] = []
  private at = 0
  private whenGone: (() => void)[] = []
  private isScheduled = false
  private isResting = false

  constructor(node: NodeRun) {
    this.node = node
  }

  /** Messages that wait. */
  get size(): number {
    return this.waiting.length - this.at
  }

  /** Keeps what the source emits by a port, in the batch in hand. */
  keep(message: Message, port: OutputPort, behindAt = this.node.origin?.behindAt): void {
    const { node } = this
    const hold = node.runtime.holdAhead(node, message, node.ports.indexOf(port))
    this.waiting.push({ message, port, hold, behindAt })
    if (this.size > waitingMax && node.behaviour.pause === undefined) this.passNext()
  }

  /** Does something that comes after all that waits. */
  afterwards(task: () => void): void {
    if (this.size === 0) task()
    else this.whenGone.push(task)
  }

  /** Who presses has changed. */
  review(): void {
    const { node } = this
    const heedsPressure = node.behaviour.pause !== undefined
    node.keepsBack = this.size > 0 || (heedsPressure && node.presses > 0)
    if (this.size === 0 || this.isScheduled || this.isResting || this.isPressedBelow) return
    this.isScheduled = true
    node.runtime.turn.putOff(node, () => this.passOn())
  }

  /** The node ends: nothing goes on from here. */
  rest(): void {
    this.isResting = true
  }

  /** The node that runs in the place of this one goes on with what waits here. */
  handOver(next: NodeRun): void {
    const { runtime } = this.node
    for (const { message, port, hold, behindAt } of this.waiting.slice(this.at)) {
      const same = next.ports.find(({ name }) => name === port.name)
      if (same !== undefined)
        runtime.resume(hold, () => next.overhang?.keep(message, same, behindAt))
      runtime.release(hold)
    }
    this.clear()
    next.overhang?.review()
  }

  /** The node itself is made to press when it is to rest. */
  private get isPressedBelow(): boolean {
    return this.node.presses > (this.node.isPressing ? 1 : 0)
  }

  private passOn(): void {
    const { node } = this
    this.isScheduled = false
    if (this.isResting) return
    for (let count = 0; count < portion && this.size > 0 && !this.isPressedBelow; count += 1) {
      this.passNext()
    }
    if (this.size > 0) this.review()
    else node.runtime.onOverhangGone(node)
  }

  private passNext(): void {
    const next = this.waiting[this.at]
    if (next === undefined) return
    this.at += 1
    if (this.at > portion && this.at * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.at)
      this.at = 0
    }
    const { runtime } = this.node
    runtime.resume(next.hold, () => this.pass(next))
    // While the hold is open the source has not come to its end.
    if (this.size === 0) this.becomeEmpty()
    if (next.hold.state === 'open') runtime.release(next.hold)
  }

  private pass({ message, port, behindAt }: Waiting): void {
    const { node } = this
    const { origin, runtime } = node
    if (origin === undefined || port === node.errorPort) return port.emit(message)
    const before = origin.behindAt
    origin.behindAt = behindAt ?? before
    runtime.passTimed(node, message, port)
    origin.behindAt = before
  }

  private becomeEmpty(): void {
    const { whenGone } = this
    this.clear()
    for (const task of whenGone) task()
  }

  private clear(): void {
    this.waiting = []
    this.at = 0
    this.whenGone = []
  }
}
