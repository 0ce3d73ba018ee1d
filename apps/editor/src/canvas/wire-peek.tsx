import { useEffect, useState, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { shortNumber } from '../format/numbers.ts'
import { nameOf, portId, portsOf } from '../model/index.ts'
import { pointOn } from '../model/geometry.ts'
import { useWorkbench } from '../shell/context.tsx'
import { useCanvasState, useFlowPart, useStage } from './stage-context.tsx'
import styles from './wire-peek.module.css'

/** How long, in milliseconds, the pointer rests on a wire before it is looked into. */
const restsMs = 220

/** The last value that passed on the wire under the pointer. */
export function WirePeek() {
  const { layout } = useWorkbench()
  const hovered = useCanvasState(({ hoveredWire, wiring, isDragging, band }) =>
    wiring === undefined && !isDragging && band === undefined ? hoveredWire : undefined,
  )
  const isOff = useStore(layout, ({ liveMode }) => liveMode === 'off')
  const isRunning = useFlowPart(({ deployment }) => deployment.state === 'running')
  const [rested, setRested] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setRested(hovered), hovered === undefined ? 0 : restsMs)
    return () => clearTimeout(timer)
  }, [hovered])
  if (rested === undefined || rested !== hovered || isOff || !isRunning) return null
  return <Peek wire={rested} />
}

function Peek({ wire: id }: { readonly wire: string }) {
  const stage = useStage()
  const { live, editor } = useWorkbench()
  const wire = useFlowPart(({ document }) => document.wires.get(id))
  const port = wire === undefined ? undefined : portId(wire.from)
  useEffect(() => (port === undefined ? undefined : live.taps.open(port)), [live, port])
  const messages = useSyncExternalStore(live.taps.subscribe, () => live.taps.messages(port ?? ''))
  useSyncExternalStore(live.gauges.subscribe, () => live.gauges.port(port ?? '')?.total ?? 0)
  const curve = stage.scene.curveOf(id)
  const node = wire === undefined ? undefined : stage.scene.document.nodes.get(wire.from.node)
  if (wire === undefined || curve === undefined || node === undefined || port === undefined)
    return null
  const catalog = editor.catalog.getState()
  const middle = pointOn(curve, 0.5)
  const { x, y, zoom } = stage.viewport
  const gauge = live.gauges.port(port)
  const last = messages.at(-1)
  const title = portsOf(catalog, node).outputs.find(({ name }) => name === wire.from.port)?.title
  const isLow = middle.y * zoom + y > stage.size.height - 220
  return (
    <div
      className={styles['peek']}
      data-testid="wire-peek"
      data-above={isLow || undefined}
      style={{ left: middle.x * zoom + x, top: middle.y * zoom + y + (isLow ? -16 : 34 * zoom) }}
    >
      <p className={styles['head']}>
        <span>
          {nameOf(catalog, node)} <span className={styles['port']}>{title}</span>
        </span>
        <span className={styles['rate']}>
          {shortNumber(gauge?.perSecond ?? 0)}/s · {(gauge?.total ?? 0).toLocaleString('en')}
        </span>
      </p>
      <pre className={styles['value']}>
        {last === undefined ? 'waiting for a message…' : shown(last.value.json)}
      </pre>
    </div>
  )
}

const mostLines = 10

/** Laid out over a few lines; cut text stays as it came. */
function shown(json: string): string {
  try {
    const lines = JSON.stringify(JSON.parse(json), undefined, 2).split('\n')
    return lines.length > mostLines
      ? `${lines.slice(0, mostLines).join('\n')}\n…`
      : lines.join('\n')
  } catch {
    return json.slice(0, 400)
  }
}
