import { selectedNode, type FlowEditor } from '../model/index.ts'
import { useFlowState } from '../shell/context.tsx'
import { EmptyState } from '../ui/index.ts'

/** What is selected, and its settings. */
export function Inspector({ flow }: { readonly flow: FlowEditor }) {
  const node = useFlowState(flow, selectedNode)
  return <EmptyState title={node ?? 'Nothing selected'}>Select a node to set it up.</EmptyState>
}
