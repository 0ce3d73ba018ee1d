import type { DeploymentSpec } from '@millrace/engine'
import { jsonEqual, wireKey, type FlowNode, type Wire } from '@millrace/flow'

/** What makes one deployment another; small whatever the size of the flow. Parts are absent where nothing changed. */
export interface SpecChange {
  readonly title?: string
  /** Added, or put in the place of the node with the same id. */
  readonly setNodes?: readonly FlowNode[]
  readonly removeNodes?: readonly string[]
  readonly addWires?: readonly Wire[]
  readonly removeWires?: readonly Wire[]
  readonly connections?: DeploymentSpec['connections']
  readonly secrets?: DeploymentSpec['secrets']
}

/** What runs, without what is only drawn. */
export function runningPart(spec: DeploymentSpec): DeploymentSpec {
  const { millrace, name, title, nodes, wires } = spec.flow
  return { ...spec, flow: { millrace, name, title, nodes, wires, layout: {} } }
}

/** Nodes and wires that are the same object on both sides cost next to nothing. */
export function changeBetween(before: DeploymentSpec, after: DeploymentSpec): SpecChange {
  return {
    ...(before.flow.title !== after.flow.title && { title: after.flow.title }),
    ...nodeChanges(before.flow.nodes, after.flow.nodes),
    ...wireChanges(before.flow.wires, after.flow.wires),
    ...(!jsonEqual(before.connections, after.connections) && { connections: after.connections }),
    ...(!jsonEqual(before.secrets, after.secrets) && { secrets: after.secrets }),
  }
}

/** Unchanged nodes and wires stay the same objects. */
export function applyChange(spec: DeploymentSpec, change: SpecChange): DeploymentSpec {
  const { flow } = spec
  return {
    flow: {
      ...flow,
      title: change.title ?? flow.title,
      nodes: changedNodes(flow.nodes, change),
      wires: changedWires(flow.wires, change),
    },
    connections: change.connections ?? spec.connections,
    secrets: change.secrets ?? spec.secrets,
  }
}

function nodeChanges(before: readonly FlowNode[], after: readonly FlowNode[]): SpecChange {
  const [was, is] = withoutSame(before, after)
  const present = new Map(was.map((node) => [node.id, node]))
  const setNodes = is.filter((node) => {
    const known = present.get(node.id)
    present.delete(node.id)
    return known !== node && !jsonEqual(known, node)
  })
  return {
    ...(setNodes.length > 0 && { setNodes }),
    ...(present.size > 0 && { removeNodes: [...present.keys()] }),
  }
}

function wireChanges(before: readonly Wire[], after: readonly Wire[]): SpecChange {
  const [was, is] = withoutSame(before, after)
  const added = new Map(is.map((wire) => [wireKey(wire), wire]))
  const removed = new Map(was.map((wire) => [wireKey(wire), wire]))
  const addWires = [...added].flatMap(([key, wire]) => (removed.has(key) ? [] : [wire]))
  const removeWires = [...removed].flatMap(([key, wire]) => (added.has(key) ? [] : [wire]))
  return {
    ...(addWires.length > 0 && { addWires }),
    ...(removeWires.length > 0 && { removeWires }),
  }
}

/** Both lists from the first to the last place in which they differ. */
function withoutSame<Item>(
  before: readonly Item[],
  after: readonly Item[],
): readonly [readonly Item[], readonly Item[]] {
  if (before === after) return [[], []]
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let [was, is] = [before.length, after.length]
  while (was > start && is > start && before[was - 1] === after[is - 1]) {
    was -= 1
    is -= 1
  }
  return [before.slice(start, was), after.slice(start, is)]
}

function changedNodes(nodes: readonly FlowNode[], change: SpecChange): readonly FlowNode[] {
  if (change.setNodes === undefined && change.removeNodes === undefined) return nodes
  const removed = new Set(change.removeNodes)
  const set = new Map(change.setNodes?.map((node) => [node.id, node]))
  const kept: FlowNode[] = []
  for (const node of nodes) {
    const { id } = node
    if (removed.has(id)) continue
    kept.push(set.get(id) ?? node)
    set.delete(id)
  }
  for (const added of set.values()) kept.push(added)
  return kept
}

function changedWires(wires: readonly Wire[], change: SpecChange): readonly Wire[] {
  if (change.addWires === undefined && change.removeWires === undefined) return wires
  const removed = new Set(change.removeWires?.map(wireKey))
  const kept = removed.size === 0 ? wires : wires.filter((wire) => !removed.has(wireKey(wire)))
  return [...kept, ...(change.addWires ?? [])]
}
