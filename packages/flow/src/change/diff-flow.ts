import type { Flow, FlowNode, Wire } from '../flow.ts'
import { positionOf } from '../position-of.ts'
import { jsonEqual } from './json-equal.ts'

export interface FieldChange {
  /** `name`, `type`, `isDisabled`, `onError`, or `config.` and the name of a field. */
  readonly field: string
  /** Undefined where the value was or is not there. */
  readonly before: unknown
  readonly after: unknown
}

export interface NodeChange {
  readonly node: string
  readonly fields: readonly FieldChange[]
}

/** What makes one flow another. */
export interface FlowDiff {
  readonly added: readonly FlowNode[]
  readonly removed: readonly FlowNode[]
  readonly changed: readonly NodeChange[]
  readonly wiresAdded: readonly Wire[]
  readonly wiresRemoved: readonly Wire[]
  /** Nodes of both flows that stand elsewhere. */
  readonly moved: readonly string[]
  /** Of the flow itself: `title`, `description` and `groups`. */
  readonly details: readonly FieldChange[]
}

export function diffFlow(before: Flow, after: Flow): FlowDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const wanted = new Map(after.nodes.map((node) => [node.id, node]))
  const both = after.nodes.filter((node) => old.has(node.id))
  return {
    added: after.nodes.filter((node) => !old.has(node.id)),
    removed: before.nodes.filter((node) => !wanted.has(node.id)),
    changed: both.flatMap((node) => changesOf(old.get(node.id), node)),
    wiresAdded: missingFrom(before.wires, after.wires),
    wiresRemoved: missingFrom(after.wires, before.wires),
    moved: both.map((node) => node.id).filter((id) => isMoved(before, after, id)),
    details: fieldChanges(before, after, ['title', 'description', 'groups']),
  }
}

/** Whether what runs is the same; positions, groups and titles do not run. */
export function runsAlike(diff: FlowDiff): boolean {
  const { added, removed, changed, wiresAdded, wiresRemoved } = diff
  return [added, removed, changed, wiresAdded, wiresRemoved].every((list) => list.length === 0)
}

export function isUnchanged(diff: FlowDiff): boolean {
  return runsAlike(diff) && diff.moved.length === 0 && diff.details.length === 0
}

/** Identifies a wire by what it joins. */
export function wireKey(wire: Wire): string {
  return `${wire.from.node}:${wire.from.port}>${wire.to.node}:${wire.to.port}`
}

function changesOf(before: FlowNode | undefined, after: FlowNode): readonly NodeChange[] {
  if (before === undefined || before === after) return []
  const fields = [
    ...fieldChanges(before, after, ['type', 'name', 'isDisabled', 'onError']),
    ...configChanges(before.config, after.config),
  ]
  return fields.length === 0 ? [] : [{ node: after.id, fields }]
}

function configChanges(
  before: FlowNode['config'],
  after: FlowNode['config'],
): readonly FieldChange[] {
  if (before === after) return []
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fieldChanges(before, after, names).map((change) => ({
    ...change,
    field: `config.${change.field}`,
  }))
}

function fieldChanges(
  before: object,
  after: object,
  names: readonly string[],
): readonly FieldChange[] {
  const [old, wanted] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return names
    .map((field) => ({ field, before: old.get(field), after: wanted.get(field) }))
    .filter((change) => !jsonEqual(change.before, change.after))
}

function missingFrom(known: readonly Wire[], wires: readonly Wire[]): readonly Wire[] {
  if (known === wires) return []
  const keys = new Set(known.map(wireKey))
  return wires.filter((wire) => !keys.has(wireKey(wire)))
}

function isMoved(before: Flow, after: Flow, id: string): boolean {
  const [from, to] = [positionOf(before.layout, id), positionOf(after.layout, id)]
  return from?.x !== to?.x || from?.y !== to?.y
}
