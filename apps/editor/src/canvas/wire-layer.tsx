import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import type { PortReference } from '@millrace/flow'
import type { Stage } from './stage.ts'
import { curvePath, pointOn } from '../model/geometry.ts'
import { joined } from '../ui/index.ts'
import { paintDrag } from './drag-painter.ts'
import { useCanvasState, useFlowPart, useStage } from './stage-context.tsx'
import styles from './wire-layer.module.css'

/** All wires that are in sight, in one drawing under the cards. */
export function WireLayer({ wires }: { readonly wires: readonly string[] }) {
  const stage = useStage()
  // Paths follow nodes and places; the scene has worked them out already.
  useFlowPart(({ document }) => document.layout)
  useFlowPart(({ document }) => document.nodes)
  useEffect(() => stage.scene.onMove(() => paintDrag(stage)), [stage])
  return (
    <svg className={styles['layer']} aria-hidden>
      {wires.map((id) => (
        <PlacedWire key={id} stage={stage} id={id} />
      ))}
    </svg>
  )
}

function PlacedWire({ stage, id }: { readonly stage: Stage; readonly id: string }) {
  const curve = stage.scene.curveOf(id)
  const wire = stage.scene.document.wires.get(id)
  if (curve === undefined || wire === undefined) return null
  const middle = pointOn(curve, 0.5)
  return (
    <WireShape
      id={id}
      path={curvePath(curve)}
      x={Math.round(middle.x)}
      y={Math.round(middle.y)}
      length={Math.hypot(curve.to.x - curve.from.x, curve.to.y - curve.from.y)}
      isError={wire.from.port === 'error'}
      isLabelled={isLabelled(stage, wire.from)}
    />
  )
}

/** Whether the port is one of several and so has its name, and its rate, beside it. */
function isLabelled({ scene }: Stage, { node, port }: PortReference): boolean {
  const outputs = scene.nodes.get(node)?.ports.outputs.filter(({ name }) => name !== 'error')
  return port !== 'error' && outputs !== undefined && outputs.length > 1
}

interface WireShapeProps {
  readonly id: string
  readonly path: string
  readonly x: number
  readonly y: number
  readonly length: number
  readonly isError: boolean
  /** The port says the rate itself. */
  readonly isLabelled: boolean
}

/** Shorter wires have no room for a number. */
const chipNeedsLength = 64

const WireShape = memo(function WireShape(props: WireShapeProps) {
  const { id, path, x, y, length, isError, isLabelled } = props
  const stage = useStage()
  const root = useRef<SVGGElement>(null)
  const isSelected = useFlowPart(({ selection }) => selection.wires.has(id))
  const isSpliced = useCanvasState(
    ({ spliced, placing }) => spliced === id || placing?.onWire === id,
  )
  const isMoved = useCanvasState(({ wiring }) => wiring?.moved === id)
  const isOff = useFlowPart(({ document }) => {
    const wire = document.wires.get(id)
    if (wire === undefined) return false
    const { nodes } = document
    return (
      nodes.get(wire.from.node)?.isDisabled === true || nodes.get(wire.to.node)?.isDisabled === true
    )
  })
  useLayoutEffect(() => {
    const { current } = root
    if (current === null) return undefined
    // The parts are those of the markup below.
    const part = <Part extends SVGElement>(name: string) =>
      current.querySelector<Part>(`[data-part="${name}"]`) as Part
    return stage.mounted.addWire(id, {
      root: current,
      line: part('line'),
      hit: part('hit'),
      chip: part('chip'),
      chipBox: part('chip-box'),
      chipText: part('chip-text'),
      add: part('add'),
    })
  }, [stage, id])
  return (
    <g
      ref={root}
      className={joined(styles['wire'], isError && styles['error'], isOff && styles['off'])}
      data-wire={id}
      data-testid={`wire-${id}`}
      data-selected={isSelected || undefined}
      data-spliced={isSpliced || undefined}
      data-moved={isMoved || undefined}
      data-short={length < chipNeedsLength || isLabelled || undefined}
    >
      <path className={styles['hit']} data-part="hit" d={path} />
      <path className={styles['line']} data-part="line" d={path} />
      <g className={styles['chip']} data-part="chip" transform={`translate(${x} ${y})`}>
        <rect data-part="chip-box" x={-16} y={-8} width={32} height={16} rx={3} />
        <text data-part="chip-text" y={4} textAnchor="middle" />
      </g>
      <g
        className={styles['add']}
        data-part="add"
        data-wire-add={id}
        transform={`translate(${x} ${y + 18})`}
        onClick={() => {
          const at = { x, y }
          stage.workbench.layout.setState({ quickAdd: { at, onWire: id } })
        }}
      >
        <circle r={12} className={styles['addHit']} />
        <circle r={8} className={styles['addDisc']} />
        <path d="M-4 0h8M0-4v8" />
      </g>
    </g>
  )
})
