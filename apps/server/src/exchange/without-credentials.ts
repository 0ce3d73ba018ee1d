import { isPlainCredential } from '@millrace/flow'
import type { DescriptorsByType, Flow, FlowNode } from '@millrace/flow'

/**
 * The flow without what its headers give away, as somebody wrote a key into one instead of keeping
 * it secret. Their rows stay, and ask for a value where the flow is imported.
 */
export function withoutCredentials(flow: Flow, nodeTypes: DescriptorsByType): Flow {
  const nodes = flow.nodes.map((node) => cleaned(node, nodeTypes))
  return nodes.every((node, at) => node === flow.nodes[at]) ? flow : { ...flow, nodes }
}

function cleaned(node: FlowNode, nodeTypes: DescriptorsByType): FlowNode {
  const lists = Object.entries(nodeTypes.get(node.type)?.fields ?? {}).flatMap(([name, field]) => {
    const rows = node.config[name]
    const isHeaders = field.kind === 'list' && field.format === 'http-headers'
    return isHeaders && Array.isArray(rows) && rows.some(isGivenAway) ? [[name, rows] as const] : []
  })
  if (lists.length === 0) return node
  const clean = lists.map(([name, rows]) => [name, rows.map(withoutValue)] as const)
  return { ...node, config: { ...node.config, ...Object.fromEntries(clean) } }
}

function isGivenAway(row: unknown): row is Readonly<Record<string, unknown>> {
  // Any object may be asked for its properties.
  return (
    typeof row === 'object' && row !== null && isPlainCredential(row as Record<string, unknown>)
  )
}

function withoutValue(row: unknown): unknown {
  return isGivenAway(row) ? { ...row, value: '' } : row
}
