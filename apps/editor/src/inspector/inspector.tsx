import { selectedNode, type FlowEditor } from '../model/index.ts'
import { useFlowState } from '../shell/context.tsx'
import { FlowInspector } from './flow-inspector.tsx'
import { SeveralInspector } from './several-inspector.tsx'
import { later } from '../ui/index.ts'

/** Brings the forms with it, which nobody sees before a node is selected. */
export const NodeInspector = later(async () => (await import('./node-inspector.tsx')).NodeInspector)

/** What is selected, and its settings; the flow's own with nothing selected. */
export function Inspector({ flow }: { readonly flow: FlowEditor }) {
  const node = useFlowState(flow, selectedNode)
  const count = useFlowState(flow, ({ selection }) => selection.nodes.size)
  if (node !== undefined) return <NodeInspector key={node} flow={flow} id={node} />
  return count > 1 ? <SeveralInspector flow={flow} /> : <FlowInspector flow={flow} />
}
