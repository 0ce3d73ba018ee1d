import { useStore } from 'zustand'
import { pasteFromSystem } from '../shell/clipboard.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Icon, Shortcut } from '../ui/index.ts'
import styles from './empty-canvas.module.css'
import { useCanvasState, useFlowPart, useStage } from './stage-context.tsx'

/** A flow with nothing in it yet: ways to begin. */
export function EmptyCanvas() {
  const stage = useStage()
  const workbench = useWorkbench()
  const { layout, editor } = workbench
  const isEmpty = useFlowPart(({ document }) => document.nodes.size === 0)
  const isPlacing = useCanvasState(({ placing }) => placing !== undefined)
  const isAdding = useStore(layout, ({ quickAdd }) => quickAdd !== undefined)
  const demo = useStore(editor.session, ({ flows }) =>
    flows.find(({ name }) => name === demoFlow && name !== stage.flow.name),
  )
  if (!isEmpty || isPlacing || isAdding) return null
  return (
    <div className={styles['empty']} data-over-canvas data-testid="empty-canvas">
      <p className={styles['title']}>This flow is empty</p>
      <div className={styles['doors']}>
        <Door
          icon="plus"
          title="Type what you need"
          text="mqtt, filter, average… and press Enter"
          keys="Space"
          onClick={() => layout.setState({ quickAdd: { at: stage.center() } })}
        />
        <Door
          icon="layout-grid"
          title="Start from an example"
          text="Six flows with simulated data, ready to deploy. Copy what you like."
          onClick={() => layout.openDialog({ kind: 'examples' })}
        />
        {demo !== undefined && (
          <Door
            icon="waves"
            title="Look at the demo"
            text="A dozen sensors, a filter, an average, an alert. Copy what you like."
            onClick={() => void editor.openFlow(demo.name)}
          />
        )}
        <Door
          icon="clipboard-paste"
          title="Paste or drop JSON"
          text="From another flow, another Millrace, or a file"
          keys="Mod+V"
          onClick={() => void pasteFromSystem(workbench)}
        />
      </div>
      <p className={styles['hint']}>Or drag a node from the palette on the left.</p>
    </div>
  )
}

/** The name of the flow that comes with a new user directory. */
const demoFlow = 'plant'

interface DoorProps {
  readonly icon: string
  readonly title: string
  readonly text: string
  readonly keys?: string
  readonly onClick: () => void
}

function Door({ icon, title, text, keys, onClick }: DoorProps) {
  return (
    <button type="button" className={styles['door']} onClick={onClick}>
      <Icon name={icon} className={styles['icon']} />
      <span>
        <span className={styles['doorTitle']}>{title}</span>
        <span className={styles['doorText']}>{text}</span>
      </span>
      {keys !== undefined && <Shortcut keys={keys} />}
    </button>
  )
}
