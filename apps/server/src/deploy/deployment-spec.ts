import type { DeploymentSpec } from '@millrace/engine'
import { connectionOwner, nodeOwner } from '@millrace/flow'
import type { ConnectionDocument, DescriptorsByType, Flow } from '@millrace/flow'
import type { SecretFile } from '../storage/secret-file.ts'
import { connectionsOf } from './flow-connections.ts'

export interface SpecSources {
  readonly connections: ReadonlyMap<string, ConnectionDocument>
  readonly secrets: SecretFile
  readonly nodeTypes: DescriptorsByType
}

/** A flow with the connections and secrets that it uses, and no others. */
export function specOf(
  flow: Flow,
  { connections, secrets, nodeTypes }: SpecSources,
): DeploymentSpec {
  const used = connectionsOf(flow, nodeTypes)
  const documents = used.flatMap((id) => connections.get(id) ?? [])
  const withSecrets = typesWithSecrets(nodeTypes)
  const nodes = flow.nodes.filter((node) => withSecrets.has(node.type))
  const owners = [
    ...documents.map((document) => connectionOwner(document.id)),
    ...nodes.map((node) => nodeOwner(flow.name, node.id)),
  ]
  const values = owners.map((owner) => [owner, secrets.valuesOf(owner)] as const)
  const set = values.filter(([, fields]) => Object.keys(fields).length > 0)
  const titles = titlesOf(flow, nodeTypes)
  return { flow, connections: documents, secrets: Object.fromEntries(set), titles }
}

function titlesOf(flow: Flow, nodeTypes: DescriptorsByType): Readonly<Record<string, string>> {
  const types = new Set(flow.nodes.map(({ type }) => type))
  return Object.fromEntries([...types].map((type) => [type, nodeTypes.get(type)?.title ?? type]))
}

function typesWithSecrets(nodeTypes: DescriptorsByType): ReadonlySet<string> {
  const types = [...nodeTypes.values()].filter(({ fields }) =>
    Object.values(fields).some((field) => field.kind === 'secret'),
  )
  return new Set(types.map(({ type }) => type))
}
