import type { Flow, FlowNode, Group, Position, Problem, Wire } from '../flow.ts'
import { limits } from '../limits.ts'
import { Findings } from '../parse/findings.ts'
import { readGroups, readLayout, readWires } from '../parse/parse-flow.ts'
import { readNode } from '../parse/parse-node.ts'
import { wireKey } from './diff-flow.ts'

/** What changes in a flow; small whatever the size of the flow. */
export interface FlowPatch {
  readonly title?: string
  /** An empty text removes it. */
  readonly description?: string
  /** Added, or put in the place of the node with the same id. */
  readonly setNodes?: readonly FlowNode[]
  /** Removed, with their wires, positions and places in groups. */
  readonly removeNodes?: readonly string[]
  readonly addWires?: readonly Wire[]
  readonly removeWires?: readonly Wire[]
  readonly setLayout?: Readonly<Record<string, Position>>
  /** All groups, in the place of those that were. */
  readonly groups?: readonly Group[]
}

export type Patched =
  | { readonly flow: Flow; readonly problems?: undefined }
  | { readonly flow?: undefined; readonly problems: readonly Problem[] }

/** Keys that `applyPatch` reads. */
export const patchKeys = [
  'title',
  'description',
  'setNodes',
  'removeNodes',
  'addWires',
  'removeWires',
  'setLayout',
  'groups',
] as const

/**
 * Reads a patch from anything that claims to be one and applies it. Nodes and wires that it does
 * not name stay the same objects, so whatever is remembered by their identity stays good.
 */
export function applyPatch(flow: Flow, value: unknown): Patched {
  const findings = new Findings()
  const record = findings.object(value, '', patchKeys)
  const patched = record && patchFlow(flow, record, findings)
  return patched && findings.problems.length === 0
    ? { flow: patched }
    : { problems: findings.problems }
}

type PatchRecord = Readonly<Record<string, unknown>>

function patchFlow(flow: Flow, patch: PatchRecord, findings: Findings): Flow {
  const removed = readIds(patch['removeNodes'], findings)
  const nodes = patchNodes(flow, patch['setNodes'], removed, findings)
  const ids = nodes === flow.nodes ? null : new Set(nodes.map((node) => node.id))
  const { groups: _groups, description: _description, ...rest } = flow
  const description = patchDescription(flow, patch['description'], findings)
  const groups = patchGroups(flow, patch['groups'], ids, findings)
  return {
    ...rest,
    ...(patch['title'] !== undefined && {
      title: findings.text(patch['title'], 'title', limits.nameCharacters),
    }),
    ...(description !== undefined && { description }),
    nodes,
    wires: patchWires(flow, patch, removed, findings),
    ...(groups !== undefined && { groups }),
    layout: patchLayout(flow, patch['setLayout'], { ids, removed, findings }),
  }
}

function readIds(value: unknown, findings: Findings): ReadonlySet<string> {
  if (value === undefined) return new Set()
  const list = findings.list(value, 'removeNodes', limits.nodes)
  return new Set(
    list.map((id, index) => findings.text(id, `removeNodes[${index}]`, limits.idCharacters)),
  )
}

function patchNodes(
  flow: Flow,
  value: unknown,
  removed: ReadonlySet<string>,
  findings: Findings,
): readonly FlowNode[] {
  const wanted = value === undefined ? [] : findings.list(value, 'setNodes', limits.nodes)
  if (wanted.length === 0 && removed.size === 0) return flow.nodes
  const set = new Map<string, FlowNode>()
  for (const [index, item] of wanted.entries()) {
    const node = readNode(item, `setNodes[${index}]`, findings)
    if (node && set.has(node.id))
      findings.add('NODE_ID_TAKEN', `setNodes[${index}].id`, 'is there twice')
    if (node) set.set(node.id, node)
  }
  const nodes: FlowNode[] = []
  for (const node of flow.nodes) {
    const replacement = set.get(node.id)
    if (replacement !== undefined) set.delete(node.id)
    else if (removed.has(node.id)) continue
    nodes.push(replacement ?? node)
  }
  for (const node of set.values()) nodes.push(node)
  if (nodes.length > limits.nodes) {
    findings.add(
      'SHAPE_TOO_MANY',
      'nodes',
      `would be ${nodes.length}; at most ${limits.nodes} are allowed`,
    )
  }
  return nodes
}

function patchWires(
  flow: Flow,
  patch: PatchRecord,
  removed: ReadonlySet<string>,
  findings: Findings,
): readonly Wire[] {
  const added =
    patch['addWires'] === undefined ? [] : readWires(patch['addWires'], 'addWires', findings)
  const dropped =
    patch['removeWires'] === undefined
      ? []
      : readWires(patch['removeWires'], 'removeWires', findings)
  if (added.length === 0 && dropped.length === 0 && removed.size === 0) return flow.wires
  const without = new Set(dropped.map(wireKey))
  const kept = flow.wires.filter(
    (wire) =>
      !removed.has(wire.from.node) &&
      !removed.has(wire.to.node) &&
      (without.size === 0 || !without.has(wireKey(wire))),
  )
  const wires = added.length === 0 ? kept : withWires(kept, added)
  if (wires.length > limits.wires) {
    findings.add(
      'SHAPE_TOO_MANY',
      'wires',
      `would be ${wires.length}; at most ${limits.wires} are allowed`,
    )
  }
  return wires
}

/** A wire that is there already is not added again. */
function withWires(kept: readonly Wire[], added: readonly Wire[]): readonly Wire[] {
  const keys = new Set(kept.map(wireKey))
  const wires = [...kept]
  for (const wire of added) {
    const key = wireKey(wire)
    if (!keys.has(key)) wires.push(wire)
    keys.add(key)
  }
  return wires
}

function patchDescription(flow: Flow, value: unknown, findings: Findings): string | undefined {
  if (value === undefined) return flow.description
  const text = findings.text(value, 'description', limits.descriptionCharacters)
  return text === '' ? undefined : text
}

function patchGroups(
  flow: Flow,
  value: unknown,
  ids: ReadonlySet<string> | null,
  findings: Findings,
): readonly Group[] | undefined {
  const present = ids ?? new Set(flow.nodes.map((node) => node.id))
  if (value !== undefined) {
    const groups = readGroups(value, 'groups', findings, present)
    return groups.length === 0 ? undefined : groups
  }
  if (ids === null) return flow.groups
  return flow.groups?.map((group) => ({ ...group, nodes: group.nodes.filter((id) => ids.has(id)) }))
}

interface LayoutChange {
  readonly ids: ReadonlySet<string> | null
  readonly removed: ReadonlySet<string>
  readonly findings: Findings
}

function patchLayout(flow: Flow, value: unknown, change: LayoutChange): Flow['layout'] {
  const { removed, findings } = change
  if (value === undefined && removed.size === 0) return flow.layout
  const ids = change.ids ?? new Set(flow.nodes.map((node) => node.id))
  const set = value === undefined ? {} : readLayout(value, 'setLayout', findings, ids)
  const kept = Object.entries(flow.layout).filter(([id]) => ids.has(id))
  return { ...Object.fromEntries(kept), ...set }
}
