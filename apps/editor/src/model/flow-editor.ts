import type { StoreApi } from 'zustand/vanilla'
import type { SavedFlow } from '@millrace/protocol'
import { createArranging, type Arranging } from './arranging.ts'
import { createBringingBack, type BringingBack } from './bringing-back.ts'
import type { Catalog } from './catalog.ts'
import { createCopying, type Copying } from './copying.ts'
import type { WireIndex } from './document.ts'
import { createEditing, type Editing } from './editing/editing.ts'
import { createFlowCore } from './flow-core.ts'
import type { FlowState } from './flow-state.ts'
import { createRunning, type Running } from './running.ts'
import { createSaving, type Saving } from './saving.ts'
import { createSelecting, type Selecting } from './selecting.ts'
import type { Surroundings } from './surroundings.ts'
import { keepHistory } from './history-keeper.ts'
import { watchProblems, type ProblemWatch } from './problem-watch.ts'
import type { ConnectionsState } from './connections.ts'

/**
 * One open flow and all that can be done with it. No React, no DOM: tests drive it like a person.
 * Read with `store`, change with the commands.
 */
export interface FlowEditor
  extends
    Editing,
    Selecting,
    Copying,
    Arranging,
    BringingBack,
    Running,
    Pick<Saving, 'save' | 'onSavedElsewhere'> {
  readonly name: string
  readonly store: StoreApi<FlowState>
  /** Wires by node, of the document as it is now. */
  wires(): WireIndex
  setTitle(title: string): void
  setDescription(description: string): void
  undo(): void
  redo(): void
  /** Goes to the state after that many steps of the history. */
  goTo(index: number): void
  /** Ends a stretch of typing, so that what follows is a step of its own. */
  endTyping(): void
  /** Looks for problems again, as after a change of connections. */
  recheck(): void
  close(): void
}

export interface FlowSurroundings {
  readonly surroundings: Surroundings
  readonly catalog: () => Catalog
  readonly connections: () => ConnectionsState
}

export function createFlowEditor(
  saved: SavedFlow,
  { surroundings, catalog, connections }: FlowSurroundings,
): FlowEditor {
  const core = createFlowCore(saved, surroundings, catalog)
  const { store } = core
  const editing = createEditing(core)
  const saving = createSaving(core)
  const problems: ProblemWatch = watchProblems(core, connections)
  const stopKeeping = keepHistory(core)
  const about = (label: string, key: 'title' | 'description', value: string) =>
    core.transact(label, (draft) => draft.set('about', key, value), { coalesce: key })
  return {
    name: saved.flow.name,
    store,
    wires: () => core.wires(),
    ...editing,
    ...createSelecting(core),
    ...createCopying(core, (nodes) => editing.deleteNodes(nodes)),
    ...createArranging(core),
    ...createBringingBack(core),
    ...createRunning(core, saving),
    save: () => saving.save(),
    onSavedElsewhere: (revision) => saving.onSavedElsewhere(revision),
    setTitle: (title) => void about('Rename flow', 'title', title),
    setDescription: (text) => void about('Describe flow', 'description', text),
    undo: () => core.goTo(store.getState().history.index - 1),
    redo: () => core.goTo(store.getState().history.index + 1),
    goTo: (index) => core.goTo(index),
    endTyping: () => core.seal(),
    recheck: () => problems.check(),
    close() {
      saving.close()
      problems.close()
      stopKeeping()
    },
  }
}
