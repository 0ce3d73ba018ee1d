import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Problem } from '@millrace/flow'
import { lookOf, nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { EmptyState, Icon } from '../ui/index.ts'
import styles from './panel.module.css'

/** What is wrong with the flow; a click goes to where it is. */
export function ProblemsPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  if (flow === undefined) return <EmptyState title="No flow is open" />
  return <Problems flow={flow} />
}

function Problems({ flow }: { readonly flow: FlowEditor }) {
  const found = useFlowState(flow, (state) => state.problems)
  const tried = useFlowState(flow, (state) => state.tried)
  const problems = useMemo(() => wrongFirst(found, tried), [found, tried])
  if (problems.length === 0)
    return (
      <EmptyState icon="circle-check" title="No problems">
        The flow can be deployed as it is.
      </EmptyState>
    )
  return (
    <div className={styles['scroll']}>
      <ul className={styles['rows']}>
        {problems.slice(0, 500).map((problem, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two problems may be alike
          <li key={index}>
            <ProblemRow flow={flow} problem={problem} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What is wrong stands above what is not finished yet. */
function wrongFirst(problems: readonly Problem[], tried: ReadonlySet<string>): readonly Problem[] {
  const isLast = (problem: Problem) => Number(lookOf(problem, tried) === 'unfinished')
  return problems.toSorted((one, other) => isLast(one) - isLast(other))
}

const lookIcons = {
  error: 'circle-x',
  warning: 'triangle-alert',
  unfinished: 'ellipsis',
} as const

function ProblemRow({ flow, problem }: { readonly flow: FlowEditor; readonly problem: Problem }) {
  const { editor, layout, view } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const node = useFlowState(flow, ({ document }) =>
    problem.node === undefined ? undefined : document.nodes.get(problem.node),
  )
  const connection = useStore(editor.connections.store, ({ documents }) =>
    problem.connection === undefined ? undefined : documents.get(problem.connection),
  )
  const look = useFlowState(flow, ({ tried }) => lookOf(problem, tried))
  const where = node === undefined ? connection?.name : nameOf(catalog, node)
  const go = () => {
    if (problem.connection !== undefined && node === undefined)
      layout.openDialog({ kind: 'connection', id: problem.connection })
    if (node === undefined) return
    flow.select([node.id])
    view.showNode(node.id)
    layout.openInspector(
      problem.field === undefined ? undefined : { node: node.id, field: problem.field },
    )
  }
  return (
    <button type="button" className={styles['row']} onClick={go}>
      <span className={styles['severity']} data-severity={look}>
        <Icon name={lookIcons[look]} size={14} />
      </span>
      <span className={styles['text']}>{problem.message}</span>
      {where !== undefined && <span className={styles['dim']}>{where}</span>}
    </button>
  )
}
