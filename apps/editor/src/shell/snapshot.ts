import type { Flow } from '@millrace/flow'
import { toFlow } from '../model/index.ts'
import type { Workbench } from './context.tsx'

/** What the editor shows now, for tests that drive the page. Nothing can be changed through it. */
export interface Snapshot {
  readonly active: string | undefined
  readonly flow: Flow | undefined
  readonly selected: readonly string[]
  readonly selectedWires: readonly string[]
  readonly saveState: string | undefined
  readonly deployment: string | undefined
  readonly undeployed: number
  readonly problems: readonly string[]
  readonly undoable: number
  readonly link: string
}

declare global {
  interface Window {
    millrace?: () => Snapshot
  }
}

export function exposeSnapshot({ editor, live }: Workbench): void {
  window.millrace = () => {
    const flow = editor.active()
    const state = flow?.store.getState()
    return {
      active: editor.session.getState().active,
      flow: state === undefined ? undefined : toFlow(state.document),
      selected: [...(state?.selection.nodes ?? [])],
      selectedWires: [...(state?.selection.wires ?? [])],
      saveState: state?.saveState,
      deployment: state?.deployment.state,
      undeployed: flow?.undeployed().count ?? 0,
      problems: state?.problems.map(({ message }) => message) ?? [],
      undoable: state?.history.index ?? 0,
      link: live.link.getState().state,
    }
  }
}
