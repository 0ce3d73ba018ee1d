import { useStore } from 'zustand'
import type { PortDescriptor } from '@millrace/sdk/descriptor'
import { portId, portsOf, type NodePorts, type Side, wiresOf } from '../model/index.ts'
import { portOffset, sizeOf } from '../model/geometry.ts'
import { useWorkbench } from '../shell/context.tsx'
import styles from './card-ports.module.css'
import { useCanvasState, useFlowPart, useStage } from './stage-context.tsx'

/** The points of a card where wires are joined. */
export function CardPorts({ id }: { readonly id: string }) {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const node = useFlowPart(({ document }) => document.nodes.get(id))
  if (node === undefined) return null
  const ports = portsOf(catalog, node)
  const size = sizeOf(catalog, node)
  const regular = ports.outputs.filter(({ name }) => name !== 'error').length
  const each = (side: Side, list: NodePorts['inputs']) =>
    list.map((port) => (
      <Port
        key={`${side} ${port.name}`}
        id={id}
        side={side}
        port={port}
        at={portOffset(size, ports, { side, port: port.name })}
        isLabelled={side === 'output' ? regular > 1 && port.name !== 'error' : list.length > 1}
      />
    ))
  return (
    <>
      {each('input', ports.inputs)}
      {each('output', ports.outputs)}
    </>
  )
}

interface PortProps {
  readonly id: string
  readonly side: Side
  readonly port: PortDescriptor
  readonly at: { readonly x: number; readonly y: number }
  readonly isLabelled: boolean
}

function Port({ id, side, port, at, isLabelled }: PortProps) {
  const { flow } = useStage()
  const isWired = useFlowPart(() => {
    const { incoming, outgoing } = wiresOf(flow.wires(), id)
    return side === 'input'
      ? incoming.some((wire) => wire.endsWith(`>${id}:${port.name}`))
      : outgoing.some((wire) => wire.startsWith(`${id}:${port.name}>`))
  })
  const aim = useCanvasState(({ wiring }) => {
    if (wiring === undefined) return undefined
    const { start, target } = wiring
    const isHere = (spot: typeof target) =>
      spot?.reference.node === id && spot.reference.port === port.name && spot.side === side
    if (isHere(start)) return 'start'
    if (isHere(target)) return 'target'
    return start.side === side || start.reference.node === id ? 'closed' : 'open'
  })
  return (
    <span
      className={styles['port']}
      style={{ left: at.x, top: at.y }}
      data-port={port.name}
      data-of={id}
      data-side={side}
      data-aim={aim}
      data-wired={isWired || undefined}
      data-error={port.name === 'error' || undefined}
      data-labelled={isLabelled || undefined}
      data-testid={`port-${id}-${port.name}`}
    >
      <span className={styles['point']} />
      <span className={styles['label']}>
        {port.title}
        {isLabelled && side === 'output' && (
          <span className={styles['rate']} data-rate-of={portId({ node: id, port: port.name })} />
        )}
      </span>
    </span>
  )
}
