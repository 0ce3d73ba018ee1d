import { useId, useMemo, useState } from 'react'
import { emptyFlow, type Problem } from '@millrace/flow'
import { nameOf, titleOf, toFlow, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button, Dialog, Icon } from '../ui/index.ts'
import styles from './dialogs.module.css'
import { FlowChanges } from './flow-changes.tsx'
import { StateLossNotice } from './state-loss-notice.tsx'
import { useFlowBefore } from './use-flow-before.ts'

/** What deploying would change and what stands in its way; then deploys, with a note. */
export function DeployDialog({ flow }: { readonly flow: FlowEditor }) {
  const { layout } = useWorkbench()
  const form = useId()
  const [note, setNote] = useState('')
  const document = useFlowState(flow, (state) => state.document)
  const deployed = useFlowState(flow, (state) => state.deployed)
  const deployment = useFlowState(flow, (state) => state.deployment)
  const problems = useFlowState(flow, (state) => state.problems)
  const isBusy = useFlowState(flow, (state) => state.isDeploying)
  const title = titleOf(document)
  const after = useMemo(() => toFlow(document), [document])
  const withState = useFlowBefore(flow)
  const before = useMemo(
    () => (deployed === undefined ? withState : toFlow(deployed)) ?? emptyFlow(flow.name, title),
    [deployed, withState, flow, title],
  )
  const errors = problems.filter(({ severity }) => severity === 'error')
  const { count } = flow.undeployed()
  const deploy = async () => {
    const result = await flow.deploy(note.trim() === '' ? {} : { note: note.trim() })
    if (result !== undefined) layout.closeDialog()
  }
  const changes = count === 1 ? '1 change' : `${count} changes`
  return (
    <Dialog
      title={`Deploy ${title}`}
      description={
        deployed === undefined || deployment.version === undefined
          ? withState === undefined
            ? 'For the first time.'
            : 'It goes on with the state it was stopped with. What is different since then:'
          : `${changes} since version ${deployment.version}. What did not change goes on running.`
      }
      testId="deploy-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <Button onClick={() => layout.closeDialog()}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={form}
            icon="arrow-up-from-line"
            isBusy={isBusy}
            disabled={isBusy || errors.length > 0}
            data-testid="deploy-confirm"
          >
            Deploy
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles['stack']}
        // The keys that opened it go on from it, too.
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          event.currentTarget.requestSubmit()
        }}
        onSubmit={(event) => {
          event.preventDefault()
          if (errors.length === 0 && !isBusy) void deploy()
        }}
      >
        {problems.length > 0 && <Obstacles flow={flow} problems={problems} />}
        {withState !== undefined && <StateLossNotice before={withState} after={after} />}
        <label className={styles['field']}>
          <span className={styles['label']}>Note</span>
          <input
            className={styles['input']}
            autoFocus
            maxLength={200}
            placeholder="What this is for; shown in the list of versions"
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <FlowChanges before={before} after={after} withEffects={deployment.state === 'running'} />
      </form>
    </Dialog>
  )
}

const mostShown = 8

interface ObstaclesProps {
  readonly flow: FlowEditor
  readonly problems: readonly Problem[]
}

/** Problems, errors first; each leads to its field. */
function Obstacles({ flow, problems }: ObstaclesProps) {
  const { editor, layout, view } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const isBlocked = problems.some(({ severity }) => severity === 'error')
  const go = ({ node, field }: Problem) => {
    if (node === undefined) return
    layout.closeDialog()
    flow.select([node])
    view.showNode(node)
    layout.openInspector(field === undefined ? undefined : { node, field })
  }
  return (
    <section className={styles['notice']} data-severity={isBlocked ? 'error' : 'warning'}>
      <p className={styles['noticeTitle']}>
        {isBlocked ? 'This has to be mended first' : 'Worth a look'}
      </p>
      <ul>
        {problems.slice(0, mostShown).map((problem, index) => {
          const node = problem.node === undefined ? undefined : nodes.get(problem.node)
          return (
            // oxlint-disable-next-line react/no-array-index-key -- two problems may be alike
            <li key={index}>
              <button
                type="button"
                className={styles['problem']}
                data-severity={problem.severity}
                onClick={() => go(problem)}
              >
                <Icon
                  name={problem.severity === 'error' ? 'circle-x' : 'triangle-alert'}
                  size={14}
                />
                <span>
                  {node !== undefined && <b>{nameOf(editor.catalog.getState(), node)}: </b>}
                  {problem.message}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {problems.length > mostShown && <p>… and {problems.length - mostShown} more</p>}
    </section>
  )
}
