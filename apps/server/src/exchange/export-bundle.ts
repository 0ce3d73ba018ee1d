import { connectionOwner, nodeOwner } from '@millrace/flow'
import type {
  Bundle,
  ConnectionDocument,
  DescriptorsByType,
  Flow,
  FlowTests,
  SecretName,
} from '@millrace/flow'
import { connectionsOf } from '../deploy/flow-connections.ts'
import { withoutCredentials } from './without-credentials.ts'

export interface ExportSources {
  readonly connections: ReadonlyMap<string, ConnectionDocument>
  readonly nodeTypes: DescriptorsByType
  readonly secrets: readonly SecretName[]
  /** Of those flows that have some. */
  readonly tests: readonly FlowTests[]
}

/** Flows with the connections that they need, and the names of the secrets that they have. */
export function exportBundle(flows: readonly Flow[], sources: ExportSources): Bundle {
  const ids = new Set(flows.flatMap((flow) => connectionsOf(flow, sources.nodeTypes)))
  const connections = [...ids].toSorted().flatMap((id) => sources.connections.get(id) ?? [])
  const owners = new Set([
    ...connections.map((document) => connectionOwner(document.id)),
    ...flows.flatMap((flow) => flow.nodes.map((node) => nodeOwner(flow.name, node.id))),
  ])
  const secrets = sources.secrets
    .filter(({ owner }) => owners.has(owner))
    .map(({ owner, field }) => ({ owner, field }))
  const { tests } = sources
  return {
    millrace: 1,
    flows: flows.map((flow) => withoutCredentials(flow, sources.nodeTypes)),
    connections,
    ...(tests.length > 0 && { tests }),
    ...(secrets.length > 0 && { secrets }),
  }
}
