import { useEffect, useMemo, useState } from 'react'
import type { Flow } from '@millrace/flow'
import { toFlow, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'

/**
 * The flow of which there is state: what is deployed or, where nothing is, the last version of one
 * that keeps it on disk.
 * Undefined where there is no state.
 */
export function useFlowBefore(flow: FlowEditor): Flow | undefined {
  const { editor } = useWorkbench()
  const deployed = useFlowState(flow, (state) => state.deployed)
  const hasState = useFlowState(flow, ({ deployment }) => deployment.durability !== undefined)
  const [last, setLast] = useState<Flow>()
  const isAsked = hasState && deployed === undefined
  useEffect(() => {
    if (!isAsked) return undefined
    let isCurrent = true
    const ask = async () => {
      const versions = await editor.api.versions(flow.name)
      const newest = Math.max(...versions.map(({ number }) => number))
      if (versions.length === 0) return
      const found = await editor.api.version(flow.name, newest)
      if (isCurrent) setLast(found)
    }
    // Without an answer nothing is said beforehand.
    ask().catch(() => undefined)
    return () => {
      isCurrent = false
    }
  }, [isAsked, editor, flow])
  const before = useMemo(() => (deployed === undefined ? last : toFlow(deployed)), [deployed, last])
  return hasState || deployed !== undefined ? before : undefined
}
