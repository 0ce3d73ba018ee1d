import type { Problem } from '@millrace/flow'
import type { DeploymentInfo } from '@millrace/protocol'
import type { FlowDocument } from './document.ts'
import type { History } from './history.ts'
import type { Trouble } from './trouble.ts'

/** What is chosen on the canvas: nodes, wires, or both. */
export interface Selection {
  readonly nodes: ReadonlySet<string>
  readonly wires: ReadonlySet<string>
}

export const nothingSelected: Selection = { nodes: new Set(), wires: new Set() }

/**
 * `waiting`: changed, to be saved in a moment. `failed`: the server did not take it; it is tried
 * again with the next change and when the connection comes back.
 */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed'

/** All that the editor knows of an open flow. */
export interface FlowState {
  readonly document: FlowDocument
  readonly selection: Selection
  /** The node that the keyboard is at, also when nothing is selected. */
  readonly focus: string | undefined
  /** What the server has. */
  readonly saved: FlowDocument
  readonly revision: string
  readonly saveState: SaveState
  readonly saveError: string | undefined
  /** What was deployed last; undefined before the first time. */
  readonly deployed: FlowDocument | undefined
  readonly deployment: DeploymentInfo
  /** What went wrong with it, until it was read. */
  readonly trouble: Trouble | undefined
  readonly isDeploying: boolean
  /** Errors first. */
  readonly problems: readonly Problem[]
  /** The nodes that somebody deployed, or wanted to: what they lack is not merely unfinished. */
  readonly tried: ReadonlySet<string>
  readonly history: History
}

/** The one selected node, when it is one. */
export function selectedNode({ selection, document }: FlowState): string | undefined {
  if (selection.nodes.size !== 1) return undefined
  const [id] = selection.nodes
  return id !== undefined && document.nodes.has(id) ? id : undefined
}
