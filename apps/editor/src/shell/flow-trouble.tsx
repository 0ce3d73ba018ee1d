import type { DeploymentState } from '@millrace/protocol'
import type { FlowEditor } from '../model/index.ts'
import { Button, Icon, IconButton } from '../ui/index.ts'
import { useFlowState, useWorkbench } from './context.tsx'
import styles from './flow-trouble.module.css'

const words: Readonly<Record<DeploymentState, string>> = {
  stopped: 'Stopped.',
  starting: 'Starting again.',
  running: 'Restarted.',
  restarting: 'Restarting.',
  failed: 'Not running.',
  quarantined: 'Stopped.',
}

/** Why the flow in front was stopped or started again, and which node was to blame. */
export function FlowTrouble({ flow }: { readonly flow: FlowEditor }) {
  const { view } = useWorkbench()
  const trouble = useFlowState(flow, (state) => state.trouble)
  const isThere = useFlowState(flow, ({ document }) => document.nodes.has(trouble?.node ?? ''))
  if (trouble === undefined) return null
  const { reason, node, state } = trouble
  const isOver = state !== 'failed' && state !== 'quarantined'
  return (
    <div
      className={styles['trouble']}
      data-severity={isOver ? 'warning' : 'error'}
      data-over-canvas
      data-testid="flow-trouble"
      role="status"
    >
      <Icon name={isOver ? 'triangle-alert' : 'circle-x'} size={14} />
      <p className={styles['text']}>
        <strong>{words[state]}</strong> {reason}
      </p>
      {node !== undefined && isThere && (
        <Button
          size="small"
          look="quiet"
          onClick={() => {
            flow.select([node])
            view.showNode(node)
          }}
        >
          Show
        </Button>
      )}
      <IconButton icon="x" size="small" label="Dismiss" onClick={() => flow.dismissTrouble()} />
    </div>
  )
}
