import { configValue, isConfigShown, type FlowNode } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'

/** Where a node answers HTTP. */
export interface Endpoint {
  readonly node: string
  /** `GET` and the like; empty where the node does not ask for one. */
  readonly method: string
  readonly path: string
}

/** The paths that a node is set to answer at, below the address of all flows. */
export function endpointsOf(
  { id, config, isDisabled }: FlowNode,
  descriptor: Descriptor | undefined,
): readonly Endpoint[] {
  if (descriptor === undefined || isDisabled === true) return []
  const { fields } = descriptor
  const method = configValue(fields, config, 'method')
  return Object.entries(fields).flatMap(([name, field]) => {
    const isPath = field.kind === 'text' && field.format === 'http-path'
    if (!isPath || !isConfigShown(fields, config, name)) return []
    const path = configValue(fields, config, name)
    if (typeof path !== 'string' || path === '') return []
    return [{ node: id, method: typeof method === 'string' ? method : '', path }]
  })
}
