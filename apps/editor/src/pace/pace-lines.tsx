import { useEffect, useReducer } from 'react'
import { useStore } from 'zustand'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import { bottleneckText } from './bottleneck-text.ts'
import { eventTimeOf, heldBackBy, type HeldBack } from './event-time.ts'
import { lagText } from './lag-text.ts'
import styles from './pace.module.css'

const everyMs = 1000

interface PaceProps {
  readonly flow: FlowEditor
  readonly id: string
}

/** How far event time has come at a node and what it waits for, and whether it slows the flow. */
export function PaceLines({ flow, id }: PaceProps) {
  const { editor, live } = useWorkbench()
  const isRunning = useFlowState(flow, ({ deployment }) => deployment.state === 'running')
  const document = useFlowState(flow, (state) => state.document)
  const catalog = useStore(editor.catalog)
  useEverySecond(isRunning)
  if (!isRunning) return null
  const scene = { document, catalog, gauges: live.gauges, wires: flow.wires() }
  const time = eventTimeOf(scene, id)
  const slowest = time === undefined ? undefined : heldBackBy(scene, id)
  const gauge = live.gauges.node(id)
  return (
    <>
      {gauge?.isBottleneck === true && (
        <p className={styles['slow']} data-testid="bottleneck">
          <Icon name="gauge" size={14} />
          <span>{bottleneckText(gauge)}</span>
        </p>
      )}
      {time !== undefined && (
        <p className={styles['time']} data-testid="event-time">
          <Icon name="clock" size={12} />
          <span>
            <span title={watermarkText(time.watermark)}>
              Event time <time>{clockText(time.watermark)}</time> · {lagText(time.lagMs)}
            </span>
            {slowest !== undefined && <Waits flow={flow} held={slowest} />}
          </span>
        </p>
      )}
    </>
  )
}

function Waits({ flow, held }: { readonly flow: FlowEditor; readonly held: HeldBack }) {
  const { editor, view } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const { node: id, partition } = held
  const node = useFlowState(flow, ({ document }) => document.nodes.get(id ?? ''))
  const go = (to: string) => {
    flow.select([to])
    view.showNode(to)
  }
  return (
    <>
      , waiting for{' '}
      {id !== undefined && (
        <button type="button" className={styles['node']} onClick={() => go(id)}>
          {node === undefined ? id : nameOf(catalog, node)}
        </button>
      )}
      {id !== undefined && partition !== undefined && ', '}
      {partition !== undefined && <b className={styles['partition']}>{partition}</b>}
    </>
  )
}

function useEverySecond(isOn: boolean): void {
  const [, next] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (!isOn) return undefined
    const timer = setInterval(next, everyMs)
    return () => clearInterval(timer)
  }, [isOn])
}

function watermarkText(watermark: number): string {
  return `Watermark: nothing before ${new Date(watermark).toISOString()} is expected any more`
}

/** The day only where it is another than today. */
function clockText(time: number): string {
  const at = new Date(time)
  const isToday = at.toDateString() === new Date().toDateString()
  return isToday
    ? at.toLocaleTimeString(undefined, { timeStyle: 'medium' })
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}
