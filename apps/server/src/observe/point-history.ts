import type { PointsBatch, PointsBody } from '@millrace/protocol'
import { PointSeries } from './point-series.ts'

export interface HistoryBounds {
  /** How long points are kept, by their own time. */
  readonly keepMs: number
  /** Of points closer together only the newest is kept. */
  readonly thinMs: number
  readonly pointsPerSeries: number
  readonly seriesPerNode: number
  readonly seriesInAll: number
}

export const usualHistoryBounds: HistoryBounds = {
  keepMs: 3_600_000,
  thinMs: 1_000,
  pointsPerSeries: 3_600,
  seriesPerNode: 200,
  seriesInAll: 1_000,
}

export interface RestoredSeries {
  readonly flow: string
  readonly node: string
  readonly series: string
  /** In order. */
  readonly times: readonly number[]
  readonly values: readonly number[]
}

/** The last hour of what chart nodes reported, in memory. */
export class PointHistory {
  readonly #bounds: HistoryBounds
  /** Series by name, by node, by flow; the one added to last is the last. */
  readonly #flows = new Map<string, Map<string, Map<string, PointSeries>>>()
  #seriesCount = 0

  constructor(bounds: HistoryBounds = usualHistoryBounds) {
    this.#bounds = bounds
  }

  add(batch: PointsBatch): void {
    for (const { node, series, times, values } of batch.points) {
      const points = this.#seriesOf(batch.flow, node, series)
      for (const [index, time] of times.entries()) {
        const value = values[index]
        if (value === undefined) continue
        points.add(time, value, {
          thinMs: this.#bounds.thinMs,
          most: this.#bounds.pointsPerSeries,
        })
      }
      points.dropBefore(points.newestTime - this.#bounds.keepMs)
    }
  }

  /** Puts what is known of before to a series, older than what is there. */
  restore({ flow, node, series, times, values }: RestoredSeries): void {
    this.#seriesOf(flow, node, series).restore(times, values, this.#bounds.pointsPerSeries)
  }

  read(flow: string, node: string, since: number): PointsBody {
    const series = this.#flows.get(flow)?.get(node)
    return {
      series: [...(series ?? [])].map(([name, points]) => ({ name, ...points.since(since) })),
    }
  }

  /** Forgets the nodes that are not among these; without any, the flow. */
  retain(flow: string, nodes: ReadonlySet<string>): void {
    const known = this.#flows.get(flow)
    for (const [node, series] of known ?? []) {
      if (nodes.has(node)) continue
      known?.delete(node)
      this.#seriesCount -= series.size
    }
    if (known?.size === 0) this.#flows.delete(flow)
  }

  #seriesOf(flow: string, node: string, name: string): PointSeries {
    const nodes = entryOf(this.#flows, flow, () => new Map<string, Map<string, PointSeries>>())
    const all = entryOf(nodes, node, () => new Map<string, PointSeries>())
    const known = all.get(name)
    if (known) {
      all.delete(name)
      all.set(name, known)
      return known
    }
    if (all.size >= this.#bounds.seriesPerNode) this.#dropOldest(all)
    else if (this.#seriesCount >= this.#bounds.seriesInAll) this.#dropFromLargest()
    const added = new PointSeries()
    all.set(name, added)
    this.#seriesCount += 1
    return added
  }

  #dropOldest(series: Map<string, PointSeries>): void {
    const [oldest] = series.keys()
    if (oldest !== undefined && series.delete(oldest)) this.#seriesCount -= 1
  }

  /** The node with the most series gives one up. */
  #dropFromLargest(): void {
    const nodes = [...this.#flows.values()].flatMap((known) => [...known.values()])
    const [largest] = nodes.toSorted((one, other) => other.size - one.size)
    if (largest) this.#dropOldest(largest)
  }
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
