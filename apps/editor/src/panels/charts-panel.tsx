import { lazy, Suspense, useState } from 'react'
import type { FlowNode } from '@millrace/flow'
import { nameOf, type Catalog, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { EmptyState, Select } from '../ui/index.ts'
import styles from './panel.module.css'

const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }))

type Minutes = '5' | '15' | '60'

/** The plot of a chart node of the flow, over the last minutes. */
export function ChartsPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Charts flow={flow} />
}

function Charts({ flow }: { readonly flow: FlowEditor }) {
  const { editor } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const selection = useFlowState(flow, (state) => state.selection.nodes)
  const [chosen, setChosen] = useState<string>()
  const [minutes, setMinutes] = useState<Minutes>('5')
  const charts = [...nodes.values()].filter(({ type }) => type === 'core/chart')
  const selected = charts.find(({ id }) => selection.has(id))
  const shown = selected ?? charts.find(({ id }) => id === chosen) ?? charts[0]
  if (shown === undefined)
    return (
      <EmptyState icon="chart-spline" title="No charts">
        Wire a chart node to the numbers you want to see.
      </EmptyState>
    )
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <Select
          label="Which chart"
          value={shown.id}
          onChange={(id) => {
            setChosen(id)
            if (selected !== undefined) flow.select([id])
          }}
          options={charts.map((node) => ({
            value: node.id,
            label: titleOf(node, editor.catalog.getState()),
          }))}
        />
        <span className={styles['grow']} />
        <Select<Minutes>
          label="Stretch of time"
          value={minutes}
          onChange={setMinutes}
          options={[
            { value: '5', label: 'Last 5 min' },
            { value: '15', label: 'Last 15 min' },
            { value: '60', label: 'Last hour' },
          ]}
        />
      </div>
      <div className={styles['chart']} data-testid="chart">
        <Suspense fallback={null}>
          <Plot
            key={`${flow.name}/${shown.id}`}
            flow={flow.name}
            node={shown.id}
            minutes={Number(minutes)}
            unit={textOf(shown.config['unit'])}
            min={numberOf(shown.config['min'])}
            max={numberOf(shown.config['max'])}
          />
        </Suspense>
      </div>
    </div>
  )
}

function titleOf(node: FlowNode, catalog: Catalog): string {
  const title = textOf(node.config['title'])
  return title === '' ? nameOf(catalog, node) : title
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
