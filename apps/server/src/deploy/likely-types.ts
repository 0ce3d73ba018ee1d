import type { DescriptorsByType, Flow } from '@millrace/flow'

/** What most flows begin with; their packages are loaded before a node is drawn. */
const usual = ['core/filter', 'window/aggregate', 'mqtt/in', 'http/in']

/** The node types that a flow will probably have when it is deployed: its own, or the usual ones. */
export function likelyTypes(flow: Flow, nodeTypes: DescriptorsByType): readonly string[] {
  const types = new Set(flow.nodes.map((node) => node.type))
  if (types.size === 0) return usual.filter((type) => nodeTypes.has(type))
  return [...types].filter((type) => nodeTypes.has(type))
}
