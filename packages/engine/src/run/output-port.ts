import type { Emit, Message } from '@millrace/sdk'

/** Looks at a message; must neither keep nor change it. */
export type See = (message: Message) => void

/**
 * One output port. The node holds `emit`, which stays the same function for as long as the node
 * runs; where messages go is changed behind it.
 */
export class OutputPort {
  readonly name: string
  readonly emit: Emit
  /** Where messages go; nowhere, to one input, or to several one after the other. */
  receive: Emit = drop
  private destinations: readonly Emit[] = []
  private taps: readonly See[] = []
  private readonly counts: Float64Array
  private readonly at: number

  constructor(name: string, counts: Float64Array, at: number) {
    this.name = name
    this.counts = counts
    this.at = at
    this.emit = (message) => {
      // The place was allocated for this port, so there is a number.
      counts[at] = counts[at]! + 1 // oxlint-disable-line no-non-null-assertion
      this.receive(message)
    }
  }

  get count(): number {
    return this.counts[this.at] ?? 0
  }

  get isWired(): boolean {
    return this.destinations.length > 0
  }

  get destinationCount(): number {
    return this.destinations.length
  }

  goesTo(index: number, destination: Emit | undefined): boolean {
    return this.destinations[index] === destination
  }

  /** Joins the port to these inputs, in the place of those before. */
  join(destinations: readonly Emit[]): void {
    this.destinations = destinations
    this.choose()
  }

  tap(see: See): () => void {
    this.taps = [...this.taps, see]
    this.choose()
    return () => {
      this.taps = this.taps.filter((other) => other !== see)
      this.choose()
    }
  }

  private choose(): void {
    const plain = plainReceiver(this.destinations)
    this.receive = this.taps.length === 0 ? plain : tapped(this.taps, plain)
  }
}

function drop(): void {
  // Nothing is wired here; the port has counted.
}

function plainReceiver(destinations: readonly Emit[]): Emit {
  const [first, second] = destinations
  if (first === undefined) return drop
  if (second === undefined) return first
  return (message) => {
    for (let index = 0; index < destinations.length; index += 1) destinations[index]?.(message)
  }
}

function tapped(taps: readonly See[], plain: Emit): Emit {
  return (message) => {
    for (const see of taps) {
      try {
        see(message)
      } catch {
        // Whoever looks must not harm the flow, and has no other way to be told.
      }
    }
    plain(message)
  }
}
