import { nothingWatched, type Watched } from '../engine-process/watched.ts'

/** What one editor looks at. */
export interface Looker {
  readonly flow: string | null
  readonly debugNodes: readonly string[] | null
  readonly taps: readonly string[]
}

export const lookingAtNothing: Looker = { flow: null, debugNodes: null, taps: [] }

/** Who looks at what, and so what of each flow is wanted by anybody. */
export class Audience {
  private readonly lookers = new Map<string, Looker>()
  private readonly onWanted: (flow: string, watched: Watched) => void

  constructor(onWanted: (flow: string, watched: Watched) => void) {
    this.onWanted = onWanted
  }

  /** Replaces what an editor looks at; says for the flows concerned what is wanted now. */
  set(id: string, looker: Looker): void {
    const before = this.lookers.get(id)
    this.lookers.set(id, looker)
    this.tell(before?.flow)
    if (looker.flow !== before?.flow) this.tell(looker.flow)
  }

  get(id: string): Looker {
    return this.lookers.get(id) ?? lookingAtNothing
  }

  remove(id: string): void {
    const before = this.lookers.get(id)
    this.lookers.delete(id)
    this.tell(before?.flow)
  }

  private tell(flow: string | null | undefined): void {
    if (typeof flow === 'string') this.onWanted(flow, this.wantedOf(flow))
  }

  private wantedOf(flow: string): Watched {
    const lookers = [...this.lookers.values()].filter((looker) => looker.flow === flow)
    if (lookers.length === 0) return nothingWatched
    const isAll = lookers.some(({ debugNodes }) => debugNodes === null)
    return {
      isWatched: true,
      debugNodes: isAll
        ? null
        : [...new Set(lookers.flatMap(({ debugNodes }) => debugNodes ?? []))],
      taps: [...new Set(lookers.flatMap(({ taps }) => taps))],
    }
  }
}
