import type { DeploymentSpec } from '@millrace/engine'
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

export function typesOf(spec: DeploymentSpec): readonly string[] {
  const types = [...spec.flow.nodes, ...spec.connections].map((each) => each.type)
  return [...new Set(types)]
}
