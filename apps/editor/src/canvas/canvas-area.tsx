import '@xyflow/react/dist/base.css'
import { ReactFlowProvider } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import styles from './canvas-area.module.css'
import { Band, PlacingGhost, WiringLine } from './overlays.tsx'
import { CanvasMenu } from './canvas-menu.tsx'
import { CanvasToolbar } from './canvas-toolbar.tsx'
import { takeDrops } from './drop-text.ts'
import { EmptyCanvas } from './empty-canvas.tsx'
import { Graph } from './graph.tsx'
import { alignDots } from './dots.ts'
import { attachGestures } from './gestures/gestures.ts'
import { attachKeyboard } from './keyboard.ts'
import { Minimap } from './minimap.tsx'
import { Overview } from './overview.tsx'
import { startPainter } from './painter.ts'
import { ConnectList, QuickAddList } from './lists.tsx'
import { Stage } from './stage.ts'
import { StageContext, useCanvasState, useFlowPart } from './stage-context.tsx'
import { openView } from './view.ts'
import { WirePeek } from './wire-peek.tsx'

/** The canvas of a flow, with everything that lies over it. */
export function CanvasArea({ flow }: { readonly flow: FlowEditor }) {
  const workbench = useWorkbench()
  const stage = useMemo(() => new Stage(workbench, flow), [workbench, flow])
  return (
    <StageContext value={stage}>
      <ReactFlowProvider>
        <Surface stage={stage} />
      </ReactFlowProvider>
    </StageContext>
  )
}

function Surface({ stage }: { readonly stage: Stage }) {
  const element = useRef<HTMLDivElement>(null)
  const liveMode = useStore(stage.workbench.layout, (layout) => layout.liveMode)
  const detail = useCanvasState((state) => state.detail)
  const isWiring = useCanvasState(({ wiring }) => wiring !== undefined)
  const isPlacing = useCanvasState(({ placing }) => placing !== undefined)
  const isDragging = useCanvasState((state) => state.isDragging)
  const isMoveMode = useCanvasState((state) => state.isMoveMode)
  const focus = useFlowPart((state) => state.focus)
  const hasNumbers = useFlowPart(({ deployment }) => deployment.version !== undefined)
  useEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const stops = [
      stage.attach(current),
      attachGestures(stage, current),
      attachKeyboard(stage, current),
      takeDrops(stage, current),
      startPainter(stage),
      alignDots(stage, current),
      openView(stage),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [stage])
  return (
    <>
      <div
        ref={element}
        className={styles['surface']}
        data-canvas
        data-testid="canvas"
        data-detail={detail}
        data-live={liveMode}
        data-numbers={hasNumbers || undefined}
        data-wiring={isWiring || undefined}
        data-placing={isPlacing || undefined}
        data-dragging={isDragging || undefined}
        data-move-mode={isMoveMode || undefined}
        tabIndex={0}
        role="application"
        aria-label="Flow. Arrow keys go along the wires, Enter opens the settings, Space adds a node, C wires, question mark lists all keys."
        aria-activedescendant={focus === undefined ? undefined : `card-${focus}`}
      >
        <Overview />
        <Graph />
      </div>
      <WiringLine />
      <Band />
      <PlacingGhost />
      <EmptyCanvas />
      <WirePeek />
      <QuickAddList />
      <ConnectList />
      <CanvasToolbar />
      <Minimap />
      <CanvasMenu />
      <Announcer />
    </>
  )
}

/** Says what the keyboard came to, for those who do not see it. */
function Announcer() {
  return <div id="canvas-announcer" className="unseen" aria-live="polite" aria-atomic />
}
