import { useState } from 'react'
import type { Flow } from '@millrace/flow'
import { useWorkbench } from '../shell/context.tsx'
import { examples } from './examples.ts'
import { FlowPicture } from './flow-picture.tsx'
import styles from './gallery.module.css'

/** The examples, each with its picture. One that is chosen opens as a new flow. */
export function Gallery({ onOpened }: { readonly onOpened?: () => void }) {
  const { editor, layout } = useWorkbench()
  const [opening, setOpening] = useState<string>()
  const open = async (flow: Flow) => {
    setOpening(flow.name)
    try {
      await editor.importBundle({ millrace: 1, flows: [flow], connections: [] })
      // What it does is seen best in its charts.
      layout.showDrawer('charts')
      onOpened?.()
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: `${flow.title} could not be opened`, detail })
    } finally {
      setOpening(undefined)
    }
  }
  return (
    <ul className={styles['gallery']} data-testid="examples">
      {examples.map((flow) => (
        <li key={flow.name}>
          <button
            type="button"
            className={styles['example']}
            disabled={opening !== undefined}
            aria-busy={opening === flow.name || undefined}
            data-testid={`example-${flow.name}`}
            onClick={() => void open(flow)}
          >
            <span className={styles['frame']}>
              <FlowPicture flow={flow} />
            </span>
            <span className={styles['title']}>{flow.title}</span>
            <span className={styles['text']}>{flow.description}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
