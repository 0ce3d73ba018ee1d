import type { CountersBatch, LogEntry, ServerEvents, StatusesBatch } from '@millrace/protocol'
import type { Status } from '@millrace/sdk'
import { io } from 'socket.io-client'

/** The live channel, as an open editor has it; remembers what it heard of the flows it watched. */
export interface Live {
  /** Looks at a flow, and at these output ports of it. */
  watch(flow: string, ports?: readonly string[]): Promise<void>
  /** Nothing is known of any flow any more. */
  forget(): void
  status(node: string): Status | undefined
  /** Messages that left by an output port, such as `in:out`. */
  count(port: string): number
  counters(): CountersBatch['nodes']
  readonly log: readonly LogEntry[]
  /** All that was ever sent, as text. */
  said(): string
  close(): void
}

const saidMax = 5_000_000
const usualPorts = ['under-test:out', 'under-test:error', 'feed:out']

export async function openLive(url: string): Promise<Live> {
  const socket = io(url, {
    transports: ['websocket'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  })
  const statuses = new Map<string, Status>()
  const ports = new Map<string, number>()
  const log: LogEntry[] = []
  let nodes: CountersBatch['nodes'] = {}
  let said = ''
  const names = ['statuses', 'counters', 'debug', 'taps', 'points', 'log', 'deployment'] as const
  for (const name of names satisfies readonly (keyof ServerEvents)[]) {
    socket.on(name, (batch: unknown) => {
      if (said.length < saidMax) said += `${JSON.stringify(batch)}\n`
    })
  }
  socket.on('statuses', ({ statuses: heard }: StatusesBatch) => {
    for (const [node, status] of Object.entries(heard)) statuses.set(node, status)
  })
  socket.on('counters', (batch: CountersBatch) => {
    nodes = { ...nodes, ...batch.nodes }
    for (const [port, count] of Object.entries(batch.ports)) ports.set(port, count)
  })
  socket.on('log', ({ entries }: { readonly entries: readonly LogEntry[] }) => log.push(...entries))
  let watched: { readonly flow: string; readonly tapped: readonly string[] } | undefined
  const look = async (): Promise<void> => {
    if (watched === undefined) return
    await socket.emitWithAck('watch', { flow: watched.flow })
    await socket.emitWithAck('debug', { nodes: null })
    await socket.emitWithAck('tap', { ports: watched.tapped })
  }
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  // A server that was started again knows nothing of who looked at what.
  socket.on('connect', () => void look().catch(() => undefined))
  return {
    forget() {
      for (const known of [statuses, ports]) known.clear()
      nodes = {}
      watched = undefined
    },
    async watch(flow, tapped = usualPorts) {
      watched = { flow, tapped }
      await look()
    },
    status: (node) => statuses.get(node),
    count: (port) => ports.get(port) ?? 0,
    counters: () => nodes,
    log,
    said: () => said,
    close: () => void socket.close(),
  }
}
