import { useStore } from 'zustand'
import { useWorkbench } from '../shell/context.tsx'
import { later } from '../ui/index.ts'
import { useCanvasState } from './stage-context.tsx'

const QuickAddBox = later(async () => (await import('./quick-add.tsx')).QuickAddBox)
const ConnectBox = later(async () => (await import('./connect-list.tsx')).ConnectBox)

/** Loads the lists that open over the canvas, so that they take the first key. */
export function loadLists(): void {
  QuickAddBox.load()
  ConnectBox.load()
}

/** What may be placed, at the point where somebody asked for it. */
export function QuickAddList() {
  const { layout } = useWorkbench()
  const quickAdd = useStore(layout, (state) => state.quickAdd)
  return quickAdd === undefined ? null : <QuickAddBox quickAdd={quickAdd} />
}

/** What may be wired to, beside the port that was chosen by keyboard. */
export function ConnectList() {
  const connecting = useCanvasState((state) => state.connecting)
  return connecting === undefined ? null : <ConnectBox from={connecting} />
}
