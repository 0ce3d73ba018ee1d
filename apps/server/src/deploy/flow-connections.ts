import { idForm } from '@millrace/flow'
import type { DescriptorsByType, Flow } from '@millrace/flow'

/** Ids of the connections that the nodes of a flow refer to, each once, in their order. */
export function connectionsOf(flow: Flow, nodeTypes: DescriptorsByType): readonly string[] {
  const fieldsByType = new Map<string, readonly string[]>()
  const ids = new Set<string>()
  for (const node of flow.nodes) {
    const known = fieldsByType.get(node.type)
    const fields = known ?? connectionFields(node.type, nodeTypes)
    if (!known) fieldsByType.set(node.type, fields)
    for (const field of fields) {
      const id = Object.hasOwn(node.config, field) ? node.config[field] : undefined
      if (typeof id === 'string' && idForm.pattern.test(id)) ids.add(id)
    }
  }
  return [...ids]
}

function connectionFields(type: string, nodeTypes: DescriptorsByType): readonly string[] {
  const fields = Object.entries(nodeTypes.get(type)?.fields ?? {})
  return fields.filter(([, field]) => field.kind === 'connection').map(([name]) => name)
}
