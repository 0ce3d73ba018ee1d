import { createContext, use, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { createCanvasView } from '../canvas/canvas-view.ts'
import type { Live } from '../live/index.ts'
import type { Editor, FlowEditor, FlowState } from '../model/index.ts'
import type { createTheme } from '../theme/index.ts'
import type { Notices } from '../ui/index.ts'
import type { LayoutStore } from './layout.ts'

/** Everything that a part of the page may need; made once, by `main.tsx`. */
export interface Workbench {
  readonly editor: Editor
  readonly live: Live
  readonly layout: LayoutStore
  readonly theme: ReturnType<typeof createTheme>
  readonly notices: Notices
  /** What can be asked of the canvas from outside it, such as showing a node. */
  readonly view: ReturnType<typeof createCanvasView>
}

const WorkbenchContext = createContext<Workbench | undefined>(undefined)

export function WorkbenchProvider({
  workbench,
  children,
}: {
  readonly workbench: Workbench
  readonly children: ReactNode
}) {
  return <WorkbenchContext value={workbench}>{children}</WorkbenchContext>
}

export function useWorkbench(): Workbench {
  const workbench = use(WorkbenchContext)
  if (workbench === undefined) throw new Error('Used outside of a WorkbenchProvider.')
  return workbench
}

/** The flow in front; undefined while there is none. */
export function useActiveFlow(): FlowEditor | undefined {
  const { editor } = useWorkbench()
  return useStore(editor.session, ({ active, editors }) =>
    active === undefined ? undefined : editors.get(active),
  )
}

/** A part of an open flow; renders again when that part changed. Select what exists already. */
export function useFlowState<Part>(flow: FlowEditor, select: (state: FlowState) => Part): Part {
  return useStore(flow.store, select)
}
