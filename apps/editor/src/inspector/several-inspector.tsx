import type { FlowEditor } from '../model/index.ts'
import { useFlowState } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'
import styles from './inspector.module.css'

/** What can be done to several nodes at once. */
export function SeveralInspector({ flow }: { readonly flow: FlowEditor }) {
  const nodes = useFlowState(flow, ({ selection }) => selection.nodes)
  const isAnyOn = useFlowState(flow, ({ document }) =>
    [...nodes].some((id) => document.nodes.get(id)?.isDisabled !== true),
  )
  return (
    <div className={styles['inspector']}>
      <header className={styles['head']}>
        <h2 className={styles['title']}>{nodes.size} nodes</h2>
      </header>
      <div className={styles['body']}>
        <div className={styles['actions']}>
          <Button icon="copy" onClick={() => flow.duplicate()}>
            Duplicate
          </Button>
          <Button icon="power" onClick={() => flow.setDisabled(nodes, isAnyOn)}>
            {isAnyOn ? 'Disable' : 'Enable'}
          </Button>
          <Button icon="trash-2" look="danger" onClick={() => flow.deleteSelection()}>
            Delete
          </Button>
        </div>
      </div>
    </div>
  )
}
