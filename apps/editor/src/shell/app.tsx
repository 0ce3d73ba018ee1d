import { useEffect } from 'react'
import { useStore } from 'zustand'
import { CanvasArea } from '../canvas/index.ts'
import { Boundary, TooltipProvider, Toasts } from '../ui/index.ts'
import styles from './app.module.css'
import { CommandPalette } from './command-palette.tsx'
import { useWorkbench } from './context.tsx'
import { FlowTrouble } from './flow-trouble.tsx'
import { Header } from './header.tsx'
import { LinkBanner } from './link-banner.tsx'
import { Rail } from './rail.tsx'
import { DialogRegion, DrawerRegion, InspectorRegion, loadTheRest } from './regions.tsx'
import { StatusBar } from './status-bar.tsx'
import { listenToKeys } from './keys.ts'
import { Welcome } from './welcome.tsx'

const loadTheRestAfterMs = 2000

/** The whole page. */
export function App() {
  const workbench = useWorkbench()
  useEffect(() => listenToKeys(workbench), [workbench])
  useEffect(() => {
    const timer = setTimeout(loadTheRest, loadTheRestAfterMs)
    return () => clearTimeout(timer)
  }, [])
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
      <CommandPalette />
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
