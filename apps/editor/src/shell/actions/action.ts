import type { FlowEditor } from '../../model/index.ts'
import type { Workbench } from '../context.tsx'

/** Something that can be done: by its keys, from a menu, or found in the command palette. */
export interface Action {
  readonly id: string
  readonly title: string
  readonly section: 'Edit' | 'Arrange' | 'Flow' | 'View' | 'Help'
  /** Such as `Mod+Shift+Z`. */
  readonly keys?: string
  readonly icon?: string
  /** Its keys are the browser's own or the canvas listens to them itself. */
  readonly isHandledElsewhere?: boolean
  readonly isEnabled?: () => boolean
  readonly run: () => void
}

/** The flow in front, and what is true of it; every action is about the one that is in front then. */
export interface FlowInFront {
  flow(): FlowEditor | undefined
  isOpen(): boolean
  hasSelection(): boolean
  hasNodes(least?: number): boolean
}

/** Actions on the flow in front do nothing while there is none. */
export function inFront({ editor }: Workbench): FlowInFront {
  const selection = () => editor.active()?.store.getState().selection
  return {
    flow: () => editor.active(),
    isOpen: () => editor.active() !== undefined,
    hasSelection: () => (selection()?.nodes.size ?? 0) + (selection()?.wires.size ?? 0) > 0,
    hasNodes: (least = 1) => (selection()?.nodes.size ?? 0) >= least,
  }
}
