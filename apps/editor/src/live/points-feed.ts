import type { PointsBatch } from '@millrace/protocol'

export type Points = PointsBatch['points'][number]

/** New points of chart nodes, as they come; history is asked for by the API's `points`. */
export interface PointsFeed {
  on(node: string, listener: (points: Points) => void): () => void
}

export function createPointsFeed(): PointsFeed & { take(batch: PointsBatch): void } {
  const listeners = new Map<string, Set<(points: Points) => void>>()
  return {
    on(node, listener) {
      const set = listeners.get(node) ?? new Set()
      listeners.set(node, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0 && listeners.get(node) === set) listeners.delete(node)
      }
    },
    take(batch) {
      for (const points of batch.points)
        for (const listener of listeners.get(points.node) ?? []) listener(points)
    },
  }
}
