import type { Gate } from './gate.ts'

/** Where a watermark goes. */
export interface TimeLink {
  readonly stop: TimeStop
  readonly input: TimeInput
}

/** What one upstream last said. `Infinity` means that it has ended. */
export interface TimeInput {
  readonly from: object
  value: number
  isIdle: boolean
}

/** The part of a node that a stop needs. */
export interface TimeListener {
  readonly gate: Gate | undefined
  /** The node keeps messages from this time on; watermarks do not go past it. Infinity: none. */
  readonly heldTime: number
  /** Tells the node, if it listens. */
  onTime(watermark: number): void
}

/**
 * A node where watermarks matter. It merges those of its upstreams by minimum, leaving out the idle
 * ones, tells the node, and passes them on once nothing older is held there.
 */
export class TimeStop {
  readonly listener: TimeListener
  /** One for each upstream. */
  inputs: TimeInput[] = []
  links: TimeLink[] = []
  /** The merged watermark, whether passed on or still waiting. */
  current = -Infinity
  /** The last that the node was told. */
  private told = -Infinity
  /** The last that went on to the links. */
  sent = -Infinity
  isIdle = false

  constructor(listener: TimeListener) {
    this.listener = listener
  }

  /** Takes what an upstream says; its watermark never goes back. */
  take(input: TimeInput, watermark: number): void {
    const before = input.value
    if (watermark > before) input.value = watermark
    else if (!input.isIdle) return
    const wasIdle = input.isIdle
    input.isIdle = false
    // While another input is behind, this one changes nothing.
    if (wasIdle || before <= this.current) this.merge()
  }

  becomeIdle(input: TimeInput): void {
    if (input.isIdle) return
    input.isIdle = true
    this.merge()
  }

  merge(): void {
    let least = Infinity
    let areAllIdle = true
    for (const input of this.inputs) {
      if (input.isIdle) continue
      areAllIdle = false
      if (input.value < least) least = input.value
    }
    this.isIdle = areAllIdle
    if (areAllIdle) {
      this.goOn()
      return
    }
    if (least <= this.current) return
    this.current = least
    const { gate } = this.listener
    if (gate === undefined || gate.admits(least)) this.pass(least)
  }

  /** What waited at the gate may go on. */
  pass(watermark: number): void {
    if (watermark <= this.told) return
    this.told = watermark
    // The end of all input is told by `onEnd`, not as a time.
    if (watermark < Infinity) this.listener.onTime(watermark)
    this.goOn()
  }

  /** Passes on how far time has come, but not past what the node keeps, unless all has ended. */
  goOn(): void {
    const { heldTime } = this.listener
    const watermark = this.told === Infinity ? Infinity : Math.min(this.told, heldTime - 1)
    if (watermark > this.sent) {
      this.sent = watermark
      for (const link of this.links) link.stop.take(link.input, watermark)
    }
    if (!this.isIdle || heldTime < Infinity) return
    for (const link of this.links) link.stop.becomeIdle(link.input)
  }
}
