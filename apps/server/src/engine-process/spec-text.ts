import type { DeploymentSpec, UpdateReport } from '@millrace/engine'
import type { SpecText } from './messages.ts'
import { applyChange, type SpecChange } from './spec-change.ts'

/** What is to run, of the text that came and what runs now. */
export function specOf(text: SpecText, present: DeploymentSpec | undefined): DeploymentSpec {
  // Both come from our own server, which checked them.
  if (text.kind === 'whole') return JSON.parse(text.json) as DeploymentSpec
  if (present === undefined) throw new Error('There is nothing to change.')
  return applyChange(present, JSON.parse(text.json) as SpecChange)
}

export function nodesOf(spec: DeploymentSpec): ReadonlySet<string> {
  return new Set(spec.flow.nodes.map((node) => node.id))
}

/** Whether nodes may be gone that were there before; large flows are not looked through for nothing. */
export function mayLackNodes(
  before: DeploymentSpec | undefined,
  after: DeploymentSpec,
  { started, removed }: UpdateReport,
): boolean {
  if (before === undefined || started.length > 0 || removed.length > 0) return true
  return before.flow.nodes.length !== after.flow.nodes.length
}

export function typesOf({ flow, connections }: DeploymentSpec): readonly string[] {
  const types = new Set<string>()
  for (const { type } of flow.nodes) types.add(type)
  for (const { type } of connections) types.add(type)
  return [...types]
}
