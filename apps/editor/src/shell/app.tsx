import { useEffect } from 'react'
import { useStore } from 'zustand'
import { CanvasArea } from '../canvas/index.ts'
import { Boundary, TooltipProvider, Toasts } from '../ui/index.ts'
import styles from './app.module.css'
import { useWorkbench } from './context.tsx'
import { FlowTrouble } from './flow-trouble.tsx'
import { Header } from './header.tsx'
import { LinkBanner } from './link-banner.tsx'
import { Rail } from './rail.tsx'
import {
  CommandRegion,
  DialogRegion,
  DrawerRegion,
  InspectorRegion,
  loadNext,
  loadTheRest,
  useIsCanvasShown,
} from './regions.tsx'
import { StatusBar } from './status-bar.tsx'
import { listenToKeys } from './keys.ts'
import { Welcome } from './welcome.tsx'

const loadTheRestAfterMs = 1500

/** The whole page. */
export function App() {
  const workbench = useWorkbench()
  useEffect(() => listenToKeys(workbench), [workbench])
  const isCanvasShown = useIsCanvasShown()
  useEffect(() => {
    if (!isCanvasShown) return undefined
    loadNext()
    const timer = setTimeout(loadTheRest, loadTheRestAfterMs)
    return () => clearTimeout(timer)
  }, [isCanvasShown])
  return (
    <TooltipProvider delayDuration={350} skipDelayDuration={200}>
      <div className={styles['app']}>
        <Header />
        <LinkBanner />
        <div className={styles['middle']}>
          <Rail />
          <div className={styles['center']}>
            <Stage />
            <DrawerRegion />
          </div>
          <InspectorRegion />
        </div>
        <StatusBar />
      </div>
      <section id="overlays" aria-label="Menus" />
      <DialogRegion />
      <CommandRegion />
      <Toasts notices={workbench.notices} />
    </TooltipProvider>
  )
}

/** The canvas of the flow in front, or what to do when there is none. */
function Stage() {
  const { editor } = useWorkbench()
  const flow = useStore(editor.session, ({ active, editors }) =>
    active === undefined ? undefined : editors.get(active),
  )
  return (
    <main
      className={styles['stage']}
      data-region="canvas"
      id={flow === undefined ? undefined : `flow-panel-${flow.name}`}
      aria-label="Canvas"
    >
      <Boundary key={flow?.name} part="The canvas">
        {flow === undefined ? <Welcome /> : <CanvasArea flow={flow} />}
        {flow !== undefined && <FlowTrouble flow={flow} />}
      </Boundary>
    </main>
  )
}
