import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { Boundary } from '../ui/index.ts'
import { Inspector } from '../inspector/index.ts'
import { useActiveFlow, useWorkbench } from './context.tsx'
import { ResizeHandle } from './resize-handle.tsx'
import styles from './regions.module.css'

const loadDrawer = async () => ({ default: (await import('./drawer.tsx')).Drawer })
const loadDialogs = async () => ({ default: (await import('../dialogs/index.ts')).DialogFor })
const Drawer = lazy(loadDrawer)
const DialogFor = lazy(loadDialogs)

/** Loads what is not seen at first, so that it is there at once when it is asked for. */
export function loadTheRest(): void {
  for (const load of [loadDrawer, loadDialogs]) void load().catch(() => undefined)
}

/** Where the parts of `src/inspector`, `src/panels` and `src/dialogs` are shown. */
export function InspectorRegion() {
  const { layout } = useWorkbench()
  const flow = useActiveFlow()
  const { isInspectorOpen, inspectorWidth } = useStore(layout)
  if (!isInspectorOpen || flow === undefined) return null
  return (
    <aside
      className={styles['inspector']}
      style={{ width: inspectorWidth }}
      aria-label="Inspector"
      data-region="inspector"
      data-testid="inspector"
      tabIndex={-1}
    >
      <ResizeHandle
        side="left"
        label="Width of the inspector"
        size={inspectorWidth}
        range={[264, 640]}
        onResize={(width) => layout.setState({ inspectorWidth: width })}
      />
      <Boundary key={flow.name} part="The inspector">
        <Inspector flow={flow} />
      </Boundary>
    </aside>
  )
}

export function DrawerRegion() {
  const { layout } = useWorkbench()
  const { isDrawerOpen, drawerHeight } = useStore(layout)
  if (!isDrawerOpen) return null
  return (
    <section
      className={styles['drawer']}
      style={{ height: drawerHeight }}
      aria-label="Drawer"
      data-region="drawer"
      data-testid="drawer"
      tabIndex={-1}
    >
      <ResizeHandle
        side="top"
        label="Height of the drawer"
        size={drawerHeight}
        range={[120, 640]}
        onResize={(height) => layout.setState({ drawerHeight: height })}
      />
      <Boundary part="The drawer">
        <Suspense>
          <Drawer />
        </Suspense>
      </Boundary>
    </section>
  )
}

export function DialogRegion() {
  const { layout } = useWorkbench()
  const { dialog } = useStore(layout)
  if (dialog === undefined) return null
  return (
    <Boundary part="This window">
      <Suspense>
        <DialogFor request={dialog} />
      </Suspense>
    </Boundary>
  )
}
