import { useStore } from 'zustand'
import type { FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button, Icon } from '../ui/index.ts'
import styles from './inspector.module.css'

/** What the selected nodes are, and what can be done to all of them. */
export function SeveralInspector({ flow }: { readonly flow: FlowEditor }) {
  const { editor } = useWorkbench()
  const { descriptors } = useStore(editor.catalog)
  const selected = useFlowState(flow, ({ selection }) => selection.nodes)
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const chosen = [...selected].flatMap((id) => nodes.get(id) ?? [])
  const isAnyOn = chosen.some(({ isDisabled }) => isDisabled !== true)
  const byType = [...Map.groupBy(chosen, ({ type }) => type)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  return (
    <div className={styles['inspector']}>
      <header className={styles['head']}>
        <div className={styles['line']}>
          <h2 className={styles['title']}>{chosen.length} nodes</h2>
        </div>
        <div className={styles['actions']}>
          <Button size="small" icon="copy-plus" onClick={() => flow.duplicate()}>
            Duplicate
          </Button>
          <Button size="small" icon="power" onClick={() => flow.setDisabled(selected, isAnyOn)}>
            {isAnyOn ? 'Disable' : 'Enable'}
          </Button>
          <Button size="small" icon="trash-2" look="danger" onClick={() => flow.deleteSelection()}>
            Delete
          </Button>
        </div>
      </header>
      <ul className={styles['body']} data-flush aria-label="By type">
        {byType.map(([type, ofType]) => (
          <li key={type}>
            <button
              type="button"
              className={styles['type']}
              title="Select these alone"
              onClick={() => flow.select(ofType.map(({ id }) => id))}
            >
              <Icon name={descriptors.get(type)?.icon ?? 'puzzle'} />
              <span className={styles['grow']}>{descriptors.get(type)?.title ?? type}</span>
              <span className={styles['dim']}>{ofType.length}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
