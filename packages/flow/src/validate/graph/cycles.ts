import type { Flow } from '../../flow.ts'

/**
 * One cycle for each knot of wires that leads back to itself, as the ids of its nodes in order.
 * Takes time in proportion to nodes and wires, and no recursion.
 */
export function findCycles(flow: Flow): readonly (readonly string[])[] {
  const graph = graphOf(flow)
  const remaining = withoutAcyclic(graph)
  const cycles: string[][] = []
  const seen = new Set<number>()
  for (const start of remaining) {
    if (seen.has(start)) continue
    const cycle = walk(graph, start, { remaining, seen })
    if (cycle.length > 0) cycles.push(cycle.map((index) => flow.nodes[index]?.id ?? ''))
  }
  return cycles
}

interface Graph {
  /** Indices of the nodes that each node sends to. */
  readonly next: readonly number[][]
  readonly incoming: Uint32Array
}

function graphOf({ nodes, wires }: Flow): Graph {
  const indices = new Map(nodes.map((node, index) => [node.id, index]))
  const next: number[][] = nodes.map(() => [])
  const incoming = new Uint32Array(nodes.length)
  for (const { from, to } of wires) {
    const [source, target] = [indices.get(from.node), indices.get(to.node)]
    if (source === undefined || target === undefined) continue
    next[source]?.push(target)
    incoming[target] = (incoming[target] ?? 0) + 1
  }
  return { next, incoming }
}

/** Takes away, again and again, what nothing remaining sends to: what is left is on or after a cycle. */
function withoutAcyclic({ next, incoming }: Graph): Set<number> {
  const open = Uint32Array.from(incoming)
  const ready: number[] = []
  const remaining = new Set<number>()
  for (const [index, count] of open.entries()) {
    if (count === 0) ready.push(index)
    else remaining.add(index)
  }
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    for (const target of next[index] ?? []) {
      const left = (open[target] ?? 0) - 1
      open[target] = left
      if (left > 0) continue
      remaining.delete(target)
      ready.push(target)
    }
  }
  return remaining
}

interface Visit {
  readonly remaining: ReadonlySet<number>
  /** Nodes from which all was walked. */
  readonly seen: Set<number>
}

/** Goes deep from a node until it meets its own way; gives the part of the way that goes round. */
function walk({ next }: Graph, start: number, { remaining, seen }: Visit): number[] {
  const way = [{ index: start, branch: 0 }]
  const onWay = new Set([start])
  for (let top = way.at(-1); top; top = way.at(-1)) {
    const target = next[top.index]?.[top.branch]
    top.branch += 1
    if (target === undefined) {
      way.pop()
      onWay.delete(top.index)
      seen.add(top.index)
    } else if (onWay.has(target)) {
      for (const { index } of way) seen.add(index)
      return way.slice(way.findIndex(({ index }) => index === target)).map(({ index }) => index)
    } else if (remaining.has(target) && !seen.has(target)) {
      way.push({ index: target, branch: 0 })
      onWay.add(target)
    }
  }
  return []
}
