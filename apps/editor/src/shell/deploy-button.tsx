import type { Problem } from '@millrace/flow'
import { isUnfinished, type FlowEditor } from '../model/index.ts'
import { Button, joined, Menu, type MenuEntry, Tooltip } from '../ui/index.ts'
import { useFlowState, useWorkbench } from './context.tsx'
import { deployWithCare } from './deploy-with-care.ts'
import styles from './deploy-button.module.css'

/** Deploys what is drawn; says how much of it is not running yet. */
export function DeployButton({ flow }: { readonly flow: FlowEditor }) {
  const workbench = useWorkbench()
  const { layout } = workbench
  useFlowState(flow, ({ document }) => document.nodes)
  useFlowState(flow, ({ document }) => document.wires)
  useFlowState(flow, ({ deployed }) => deployed)
  const deployment = useFlowState(flow, (state) => state.deployment)
  const isBusy = useFlowState(flow, ({ isDeploying }) => isDeploying)
  const problems = useFlowState(flow, (state) => state.problems)
  const errors = problems.filter(({ severity }) => severity === 'error')
  const { count } = flow.undeployed()
  const isRunning = deployment.state === 'running' || deployment.state === 'starting'
  const isNeeded = count > 0 || !isRunning
  const entries: readonly MenuEntry[] = [
    {
      label: 'What would change…',
      icon: 'git-compare',
      run: () => layout.openDialog({ kind: 'deploy' }),
    },
    { label: 'Versions…', icon: 'history', run: () => layout.openDialog({ kind: 'versions' }) },
    { separator: true },
    {
      label: 'Deploy again',
      icon: 'rotate-ccw',
      isDisabled: isBusy,
      run: () => void flow.deploy(),
    },
    {
      label: 'Stop',
      icon: 'circle-stop',
      isDisabled: deployment.state === 'stopped',
      testId: 'stop',
      run: () => void flow.stop(),
    },
  ]
  return (
    <div className={joined(styles['deploy'], isNeeded && styles['needed'])}>
      <Tooltip text={told(count, errors, isRunning)} shortcut="Mod+Enter">
        <Button
          look={isNeeded ? 'primary' : 'plain'}
          icon={isNeeded ? 'arrow-up-from-line' : 'check'}
          isBusy={isBusy}
          disabled={isBusy}
          className={styles['main']}
          data-testid="deploy"
          onClick={() => void deployWithCare(workbench, flow)}
        >
          {isNeeded ? 'Deploy' : 'Deployed'}
          {count > 0 && (
            <span className={styles['count']} data-testid="undeployed-count">
              {count}
            </span>
          )}
        </Button>
      </Tooltip>
      <Menu entries={entries} align="end">
        <Button
          look={isNeeded ? 'primary' : 'plain'}
          icon="chevron-down"
          aria-label="More about deploying"
          className={styles['more']}
          data-testid="deploy-menu"
        />
      </Menu>
    </div>
  )
}

function told(count: number, errors: readonly Problem[], isRunning: boolean): string {
  if (errors.length > 0) return firstToDo(errors)
  if (count > 0) return `${count} ${count === 1 ? 'change' : 'changes'} not running yet`
  return isRunning ? 'What you see is what runs' : 'Not running'
}

function firstToDo(errors: readonly Problem[]): string {
  const { length } = errors
  if (errors.every(isUnfinished))
    return `${length} ${length === 1 ? 'field has' : 'fields have'} to be filled in first`
  return `${length} ${length === 1 ? 'problem has' : 'problems have'} to be mended first`
}
