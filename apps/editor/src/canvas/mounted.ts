/** The parts of a card that are written to without React. */
export interface CardParts {
  readonly root: HTMLElement
  readonly rate: HTMLElement | null
  readonly trend: HTMLCanvasElement | null
  readonly queue: HTMLElement | null
  readonly errors: HTMLElement | null
  /** How far event time is behind. */
  readonly lag: HTMLElement | null
  /** Says that the node slows the flow. */
  readonly slow: HTMLElement | null
  readonly dot: HTMLElement | null
  /** Stands in for the face while something is wrong. */
  readonly status: HTMLElement | null
}

/** Where a labelled port shows its rate; `data-rate-of` says of which port. */
export type PortRate = HTMLElement

/** The parts of a wire that are written to without React. */
export interface WireParts {
  readonly root: SVGGElement
  readonly line: SVGPathElement
  readonly hit: SVGPathElement
  readonly chip: SVGGElement
  readonly chipBox: SVGRectElement
  readonly chipText: SVGTextElement
  readonly add: SVGGElement
}

/** The cards and wires that are on the page, by id: painters touch only these. */
export class Mounted {
  readonly cards = new Map<string, CardParts>()
  readonly wires = new Map<string, WireParts>()

  readonly #listeners = new Set<() => void>()

  /** Runs when something was put on the page. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  addCard(id: string, parts: CardParts): () => void {
    this.cards.set(id, parts)
    this.#changed()
    return () => {
      if (this.cards.get(id) === parts) this.cards.delete(id)
    }
  }

  /** The rates beside the labels of ports, of all cards. */
  *portRates(): Iterable<PortRate> {
    for (const { root } of this.cards.values())
      yield* root.querySelectorAll<PortRate>('[data-rate-of]')
  }

  addWire(id: string, parts: WireParts): () => void {
    this.wires.set(id, parts)
    this.#changed()
    return () => {
      if (this.wires.get(id) === parts) this.wires.delete(id)
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  /** The element that React Flow puts around a card. */
  frameOf(id: string): HTMLElement | undefined {
    const root = this.cards.get(id)?.root
    const frame = root?.closest('.react-flow__node')
    return frame instanceof HTMLElement ? frame : undefined
  }
}
