import { useDeferredValue, useMemo } from 'react'
import { useStore } from 'zustand'
import { flowGuarantee, type FlowGuarantee } from '@millrace/flow'
import { toFlow, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'

/** What the flow, as it is drawn, promises of delivery; null while nothing goes through it. */
export function useGuarantee(flow: FlowEditor): FlowGuarantee | null {
  const { editor } = useWorkbench()
  const drawnNodes = useFlowState(flow, ({ document }) => document.nodes)
  const drawnWires = useFlowState(flow, ({ document }) => document.wires)
  const descriptors = useStore(editor.catalog, (catalog) => catalog.descriptors)
  const connections = useStore(editor.connections.store, ({ documents }) => documents)
  // Drawing goes first.
  const nodes = useDeferredValue(drawnNodes)
  const wires = useDeferredValue(drawnWires)
  return useMemo(() => {
    const document = { ...flow.store.getState().document, nodes, wires, layout: new Map() }
    return flowGuarantee(toFlow(document), { nodeTypes: descriptors, connections })
  }, [flow, nodes, wires, descriptors, connections])
}
