import type { Flow, FlowNode, Wire } from '@millrace/flow'
import type { DeploymentSpec } from '../deployment.ts'

/** A flow to run in a test. Wires are written `a:out > b:in` or, with these ports, `a > b`. */
export function specOf(
  nodes: readonly FlowNode[],
  wires: readonly string[],
  more: Partial<DeploymentSpec> = {},
): DeploymentSpec {
  const joined = wires.map(wireOf)
  const flow: Flow = { millrace: 1, name: 'test', title: 'Test', nodes, wires: joined, layout: {} }
  return { flow, connections: [], secrets: {}, ...more }
}

function wireOf(text: string): Wire {
  const [from = '', to = ''] = text.split(' > ')
  const [node = '', port = 'out'] = from.split(':')
  const [target = '', input = 'in'] = to.split(':')
  return { from: { node, port }, to: { node: target, port: input } }
}
