import { useCallback, useEffect } from 'react'
import { outputPorts } from '@millrace/sdk/descriptor'
import type { Message } from '@millrace/sdk'
import { portId, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { messageOf } from '../values/index.ts'

/** The ports whose messages reach a node, and those by which its own leave. */
export interface NodeTaps {
  readonly into: readonly string[]
  readonly out: readonly string[]
}

export function useNodeTaps(flow: FlowEditor, node: string): NodeTaps {
  const { editor } = useWorkbench()
  const wires = useFlowState(flow, ({ document }) => document.wires)
  const placed = useFlowState(flow, ({ document }) => document.nodes.get(node))
  const into = [...wires.values()]
    .filter(({ to }) => to.node === node)
    .map(({ from }) => portId(from))
  const descriptor = placed && editor.catalog.getState().descriptors.get(placed.type)
  const outputs =
    placed === undefined || descriptor === undefined ? [] : outputPorts(descriptor, placed.config)
  return { into: [...new Set(into)], out: outputs.map(({ name }) => portId({ node, port: name })) }
}

/**
 * Looks at what reaches the node as long as the component is there. The returned function gives
 * the newest messages, newest first; for a source those that it sends.
 */
export function useSamples({ into, out }: NodeTaps): () => readonly Message[] {
  const { live } = useWorkbench()
  const ports = (into.length > 0 ? into : out.slice(0, 1)).join(' ')
  useEffect(() => {
    const closes = ports
      .split(' ')
      .filter(Boolean)
      .map((port) => live.taps.open(port))
    return () => closes.forEach((close) => close())
  }, [live, ports])
  return useCallback(
    () =>
      ports
        .split(' ')
        .flatMap((port) => live.taps.messages(port))
        .toSorted((a, b) => b.time - a.time)
        .slice(0, 20)
        .map(({ value }) => messageOf(value))
        .filter((message) => message !== undefined),
    [live, ports],
  )
}
