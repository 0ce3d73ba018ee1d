import { lazy, Suspense, useState } from 'react'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { EmptyState } from '../ui/index.ts'
import styles from './panel.module.css'

const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }))

const ranges = [5, 15, 60] as const

/** The plot of a chart node of the flow, over the last minutes. */
export function ChartsPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Charts flow={flow} />
}

function Charts({ flow }: { readonly flow: FlowEditor }) {
  const { editor } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const selection = useFlowState(flow, (state) => state.selection.nodes)
  const [chosen, setChosen] = useState<string>()
  const [minutes, setMinutes] = useState<number>(5)
  const charts = [...nodes.values()].filter(({ type }) => type === 'core/chart')
  const selected = charts.find(({ id }) => selection.has(id))
  const shown = selected ?? charts.find(({ id }) => id === chosen) ?? charts[0]
  if (shown === undefined)
    return (
      <EmptyState title="No charts">Wire a chart node to the numbers you want to see.</EmptyState>
    )
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <select
          className={styles['filter']}
          aria-label="Which chart"
          value={shown.id}
          onChange={(event) => {
            setChosen(event.target.value)
            flow.clearSelection()
          }}
        >
          {charts.map((node) => (
            <option key={node.id} value={node.id}>
              {nameOf(editor.catalog.getState(), node)}
            </option>
          ))}
        </select>
        <span className={styles['grow']} />
        <select
          className={styles['filter']}
          aria-label="Stretch of time"
          value={minutes}
          onChange={(event) => setMinutes(Number(event.target.value))}
        >
          {ranges.map((range) => (
            <option key={range} value={range}>
              {range} min
            </option>
          ))}
        </select>
      </div>
      <div className={styles['chart']} data-testid="chart">
        <Suspense fallback={null}>
          <Plot key={shown.id} flow={flow.name} node={shown.id} minutes={minutes} />
        </Suspense>
      </div>
    </div>
  )
}
