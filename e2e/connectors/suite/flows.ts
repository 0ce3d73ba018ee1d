import { nodeOwner } from '@millrace/flow'
import type { ConnectionDocument, Flow, FlowNode, Wire } from '@millrace/flow'
import type { Config, Connector, Peer, Secrets, Setup } from './connector.ts'

/** The id of the connection under test. */
export const peerId = 'peer'

export const isOfFile = { format: 'jsonl' } as const

export function connectionOf(
  { system, nodes }: Connector,
  setup: Setup | undefined,
): readonly ConnectionDocument[] {
  if (setup === undefined || nodes.connection === undefined) return []
  return [{ id: peerId, type: nodes.connection, name: system, config: setup.config }]
}

/**
 * HTTP in → the sink under test, or the operator under test → a file; what it refuses goes to
 * another file.
 */
export function sinkFlow(
  { nodes }: Connector,
  { sink, operator }: Peer,
  { place, more = {} }: { readonly place: string; readonly more?: Config },
): Flow {
  const config = { ...(sink ?? operator)?.config(place), ...more }
  const feed = { method: 'POST', path: `/${place}`, ...(sink ?? operator)?.feed }
  return inRow(place, [
    { id: 'feed', type: 'http/in', config: feed },
    { id: 'under-test', type: nodes.sink ?? nodes.operator ?? '', config },
    ...(nodes.operator === undefined ? [] : [resultsNode(place)]),
  ])
}

/** The source under test → a file; what it cannot read goes to another one. */
export function sourceFlow(
  connector: Connector,
  { source }: Peer,
  { place, more = {} }: { readonly place: string; readonly more?: Config },
): Flow {
  const config = { ...source?.config(place), ...more }
  return inRow(place, [
    { id: 'under-test', type: connector.nodes.source ?? '', config },
    resultsNode(place),
  ])
}

const resultsNode = (place: string): FlowNode => ({
  id: 'results',
  type: 'file/out',
  config: { path: resultsFile(place) },
})

/** Secrets of the node under test, by the owner that they are kept under. */
export function nodeSecrets(
  { nodes }: Connector,
  { source, sink }: Peer,
  flow: Flow,
): Readonly<Record<string, Secrets>> {
  const underTest = flow.nodes.find(({ id }) => id === 'under-test')
  const { secrets = {} } = (underTest?.type === nodes.source ? source : sink) ?? {}
  return { [nodeOwner(flow.name, 'under-test')]: secrets }
}

export const resultsFile = (place: string) => `${place}.jsonl`
export const errorsFile = (place: string) => `${place}-errors.jsonl`

/** Nodes one after the other, with a file for what the one under test cannot handle. */
export function inRow(name: string, nodes: readonly FlowNode[]): Flow {
  const errors = {
    id: 'errors',
    type: 'file/out',
    config: { path: errorsFile(name), content: 'message' },
  }
  const wires: Wire[] = nodes.slice(1).map(({ id }, at) => ({
    from: { node: nodes[at]?.id ?? '', port: 'out' },
    to: { node: id, port: 'in' },
  }))
  const fromErrors: Wire = {
    from: { node: 'under-test', port: 'error' },
    to: { node: errors.id, port: 'in' },
  }
  return {
    millrace: 1,
    name,
    title: name,
    nodes: [...nodes, errors],
    wires: [...wires, fromErrors],
    layout: {},
  }
}
