import type { Descriptor } from '@millrace/sdk/descriptor'
import type { Flow, FlowNode } from '../flow.ts'
import { configValue, isConfigShown } from '../validate/config-shown.ts'
import type { DescriptorsByType } from '../validate/validate-flow.ts'
import { jsonEqual } from './json-equal.ts'

/** A node that does not go on with the state it has. */
export interface StateLoss {
  readonly node: string
  /** `shape`: state of the old settings may be of no use to the new ones. */
  readonly because: 'removed' | 'disabled' | 'type' | 'shape'
  /** The fields whose change it is; empty for other reasons. */
  readonly fields: readonly string[]
}

/** Which nodes lose their state when one flow is deployed in the place of another. */
export function stateLosses(
  before: Flow,
  after: Flow,
  nodeTypes: DescriptorsByType,
): readonly StateLoss[] {
  const wanted = new Map(after.nodes.map((node) => [node.id, node]))
  return before.nodes.flatMap((node) => {
    const descriptor = nodeTypes.get(node.type)
    // A node that does not run has no state left.
    if (descriptor?.stateful !== true || node.isDisabled === true) return []
    return lossOf(node, wanted.get(node.id), descriptor) ?? []
  })
}

function lossOf(
  before: FlowNode,
  after: FlowNode | undefined,
  descriptor: Descriptor,
): StateLoss | undefined {
  const { id: node } = before
  if (before === after) return undefined
  if (after === undefined) return { node, because: 'removed', fields: [] }
  if (after.type !== before.type) return { node, because: 'type', fields: [] }
  if (after.isDisabled === true) return { node, because: 'disabled', fields: [] }
  const places = (descriptor.stateShape ?? []).filter(
    (place) => !jsonEqual(valueAt(descriptor, before, place), valueAt(descriptor, after, place)),
  )
  if (places.length === 0) return undefined
  const fields = new Set(places.map((place) => place.split('.')[0] ?? place))
  return { node, because: 'shape', fields: [...fields] }
}

/** What counts of a field, or of a column of a list: a hidden field says nothing. */
function valueAt({ fields }: Descriptor, { config }: FlowNode, place: string): unknown {
  const [name = place, column] = place.split('.')
  if (!isConfigShown(fields, config, name)) return undefined
  const value = configValue(fields, config, name)
  const field = fields[name]
  if (column === undefined || field?.kind !== 'list' || !Array.isArray(value)) return value
  return value.map((row: unknown) => columnOf(field.item, row, column))
}

function columnOf(item: Descriptor['fields'], row: unknown, column: string): unknown {
  if (typeof row !== 'object' || row === null) return undefined
  const config = { ...row }
  return isConfigShown(item, config, column) ? configValue(item, config, column) : undefined
}
