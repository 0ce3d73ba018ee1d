import { useStore } from 'zustand'
import type { FlowSummary } from '@millrace/protocol'
import { EmptyState, IconButton } from '../ui/index.ts'
import { useWorkbench } from './context.tsx'
import { StateDot } from './flow-tabs.tsx'
import { PanelHeader } from './panel-header.tsx'
import styles from './panel.module.css'

/** All flows that there are, open or not. */
export function FlowList() {
  const { editor, layout } = useWorkbench()
  const flows = useStore(editor.session, (session) => session.flows)
  const active = useStore(editor.session, (session) => session.active)
  return (
    <>
      <PanelHeader title="Flows">
        <span>
          <IconButton
            icon="file-up"
            size="small"
            label="Import…"
            onClick={() => layout.openDialog({ kind: 'import' })}
          />
          <IconButton
            icon="plus"
            size="small"
            label="New flow"
            onClick={() => layout.setState({ isNamingFlow: true })}
          />
        </span>
      </PanelHeader>
      {flows.length === 0 ? (
        <EmptyState icon="workflow" title="No flows yet">
          Make one with + above, or import a file.
        </EmptyState>
      ) : (
        <ul className={styles['list']}>
          {flows.map((flow) => (
            <li key={flow.name}>
              <button
                type="button"
                className={styles['row']}
                aria-current={flow.name === active}
                data-testid={`flow-${flow.name}`}
                onClick={() => void editor.openFlow(flow.name)}
              >
                <StateDot state={flow.deployment.state} />
                <span className={styles['text']}>
                  <span className={styles['name']}>{flow.title}</span>
                  <span className={styles['detail']}>{detailOf(flow)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function detailOf({ nodeCount, deployment, problem }: FlowSummary): string {
  if (problem !== undefined) return problem
  const nodes = `${nodeCount} ${nodeCount === 1 ? 'node' : 'nodes'}`
  return `${nodes} · ${deployment.reason ?? deployment.state}`
}
