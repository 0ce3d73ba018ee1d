import { useEffect, useSyncExternalStore } from 'react'
import { nameOf, portsOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { MakeCaseButton } from '../trust/make-case-button.tsx'
import { valueOf, ValueTree } from '../values/index.ts'
import styles from './inspector.module.css'
import { StoreSection } from './store-section.tsx'
import { useNodeTaps } from './use-samples.ts'

/** The newest messages that reach the node and that leave it, as they pass. */
export function DataTab({ flow, id }: { readonly flow: FlowEditor; readonly id: string }) {
  const { into, out } = useNodeTaps(flow, id)
  return (
    <div className={styles['body']}>
      {into.length > 0 && <PortList flow={flow} title="In" ports={into} />}
      {out.length > 0 && <PortList flow={flow} title="Out" ports={out} isOwn />}
      {(into.length > 0 || out.length > 0) && <MakeCaseButton flow={flow} id={id} />}
      <StoreSection flow={flow} id={id} />
      {into.length === 0 && out.length === 0 && <p className={styles['dim']}>Not wired.</p>}
    </div>
  )
}

interface PortListProps {
  readonly flow: FlowEditor
  readonly title: string
  readonly ports: readonly string[]
  /** Whether the ports are the node's own, so that their names alone will do. */
  readonly isOwn?: boolean
}

function PortList({ flow, title, ports, isOwn = false }: PortListProps) {
  const nameOfPort = useNameOfPort(flow)
  return (
    <section className={styles['ports']}>
      <h3 className={styles['heading']}>{title}</h3>
      {ports.map((port) => (
        <LatestMessage key={port} port={port} label={nameOfPort(port, isOwn)} />
      ))}
    </section>
  )
}

/** What the canvas calls a port; with its node in front, unless it is one's own. */
function useNameOfPort(flow: FlowEditor): (port: string, isOwn: boolean) => string {
  const { editor } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  return (port, isOwn) => {
    const colon = port.indexOf(':')
    const node = nodes.get(port.slice(0, colon))
    if (node === undefined) return port
    const catalog = editor.catalog.getState()
    const own = port.slice(colon + 1)
    const title = portsOf(catalog, node).outputs.find(({ name }) => name === own)?.title ?? own
    if (isOwn) return title
    return own === 'out' ? nameOf(catalog, node) : `${nameOf(catalog, node)} · ${title}`
  }
}

function LatestMessage({ port, label }: { readonly port: string; readonly label: string }) {
  const { live } = useWorkbench()
  useEffect(() => live.taps.open(port), [live, port])
  const messages = useSyncExternalStore(
    (listener) => live.taps.subscribe(listener),
    () => live.taps.messages(port),
  )
  const latest = messages.at(-1)
  return (
    <div className={styles['port']}>
      <p className={styles['portName']}>
        {label}
        <span className={styles['dim']}>
          {latest === undefined ? 'nothing yet' : timeText(latest.time)}
        </span>
      </p>
      {latest !== undefined && <ValueTree value={valueOf(latest.value)} openLevels={2} />}
    </div>
  )
}

function timeText(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, { hour12: false })
}
