import { useEffect, useState, type CSSProperties } from 'react'
import { useStore } from 'zustand'
import { loadLists } from '../canvas/index.ts'
import { Boundary, later } from '../ui/index.ts'
import { Inspector, NodeInspector } from '../inspector/index.ts'
import { useActiveFlow, useWorkbench } from './context.tsx'
import { ResizeHandle } from './resize-handle.tsx'
import styles from './regions.module.css'

const Drawer = later(async () => (await import('./drawer.tsx')).Drawer)
const DialogFor = later(async () => (await import('../dialogs/index.ts')).DialogFor)
const CommandPalette = later(async () => (await import('./command-palette.tsx')).CommandPalette)

/** What answers the first click or key on a canvas that has just appeared. */
export function loadNext(): void {
  loadLists()
  NodeInspector.load()
  CommandPalette.load()
}

/** What is not seen at first, so that it is there at once when it is asked for. */
export function loadTheRest(): void {
  Drawer.load()
  DialogFor.load()
}

/** Whether a flow is in front, or is going to be; what the drawer tells is told of it. */
function useIsFlowOpen(): boolean {
  const { editor } = useWorkbench()
  return useStore(
    editor.session,
    ({ isLoaded, active, loadError }) => active !== undefined || !(isLoaded || loadError),
  )
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
  const { isDrawerOpen, drawerHeight, isInspectorOpen, inspectorWidth } = useStore(layout)
  const isReady = useIsCanvasShown()
  const isFlowOpen = useIsFlowOpen()
  if (!isDrawerOpen || !isFlowOpen) return null
  return (
    <section
      className={styles['drawer']}
      style={drawerStyle(drawerHeight, isInspectorOpen ? inspectorWidth : 0)}
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
      <Boundary part="The drawer">{isReady && <Drawer />}</Boundary>
    </section>
  )
}

/** A tight window has the inspector above the rest; the drawer ends where it begins. */
function drawerStyle(height: number, besidePixels: number): CSSProperties {
  // The types of React know no custom properties.
  return { height, '--beside': `${besidePixels}px` } as CSSProperties
}

export function DialogRegion() {
  const { layout } = useWorkbench()
  const { dialog } = useStore(layout)
  if (dialog === undefined) return null
  return (
    <Boundary part="This window">
      <DialogFor request={dialog} />
    </Boundary>
  )
}

export function CommandRegion() {
  const { layout } = useWorkbench()
  const { isCommandPaletteOpen } = useStore(layout)
  return isCommandPaletteOpen ? <CommandPalette /> : null
}

/** The first flow has been painted, or there is none: now the network is free for what is around it. */
export function useIsCanvasShown(): boolean {
  const { editor } = useWorkbench()
  const isLoaded = useStore(
    editor.session,
    (session) =>
      session.loadError !== undefined ||
      (session.isLoaded && (session.active === undefined || session.editors.size > 0)),
  )
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    if (!isLoaded) return undefined
    const timer = setTimeout(() => setIsShown(true), paintedWithinMs)
    return () => clearTimeout(timer)
  }, [isLoaded])
  return isShown
}

/** Cards are measured, then drawn; meanwhile nothing else is asked for. */
const paintedWithinMs = 120
