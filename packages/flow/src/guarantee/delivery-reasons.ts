import type { DeliveryGap, Descriptor } from '@millrace/sdk/descriptor'
import type { ConnectionDocument, FlowNode } from '../flow.ts'
import { configValue, isConditionMet } from '../validate/config-shown.ts'
import type { DescriptorsByType } from '../validate/validate-flow.ts'

/** Why a message that passes a node may be lost, or take effect more than once. */
export interface DeliveryReason {
  readonly node: string
  /** What the person calls the node. */
  readonly name: string
  readonly may: 'lose' | 'repeat'
  /** Completes "at most once: …", such as "MQTT QoS 0". */
  readonly because: string
}

export interface DeliveryCircumstances {
  readonly nodeTypes: DescriptorsByType
  readonly connections: ReadonlyMap<string, ConnectionDocument>
  /** Whether state and what was taken in are stored; true when absent, as on a server. */
  readonly isDurable?: boolean
}

/** All ways in which one node falls short of exactly once. */
export function deliveryReasons(
  node: FlowNode,
  circumstances: DeliveryCircumstances,
): readonly DeliveryReason[] {
  const descriptor = circumstances.nodeTypes.get(node.type)
  const about = { node: node.id, name: node.name ?? descriptor?.title ?? node.type }
  if (descriptor === undefined) {
    const because = `nothing is known of the node type ${node.type}`
    return [{ ...about, may: 'lose', because }]
  }
  return gapsOf(descriptor, circumstances.isDurable !== false)
    .filter((gap) => isOpen(gap, { node, descriptor, circumstances }))
    .map(({ may, because }) => ({ ...about, may, because: filledIn(because, node, descriptor) }))
}

function gapsOf({ kind, title, promises, stateful }: Descriptor, isDurable: boolean) {
  const gaps: DeliveryGap[] = [...(promises?.gaps ?? [])]
  const isGiven = (may: DeliveryGap['may']) => gaps.some((gap) => gap.may === may)
  if (kind === 'source' && promises?.replayable !== true && !isGiven('lose')) {
    gaps.push({ may: 'lose', because: `${title} cannot be read again after a crash` })
  }
  const isRepeatable = promises?.idempotent === true || promises?.transactional === true
  if (kind === 'sink' && !isRepeatable && gaps.length === 0) {
    gaps.push({ may: 'repeat', because: `${title} writes again what a crash left unconfirmed` })
  }
  if (!isDurable && stateful === true) {
    gaps.push({ may: 'lose', because: `the state of ${title} is kept in memory only` })
  }
  return gaps
}

interface Place {
  readonly node: FlowNode
  readonly descriptor: Descriptor
  readonly circumstances: DeliveryCircumstances
}

function isOpen({ when, whenConnection }: DeliveryGap, place: Place): boolean {
  const { node, descriptor, circumstances } = place
  if (when !== undefined && !isConditionMet(descriptor.fields, node.config, when)) return false
  if (whenConnection === undefined) return true
  const id = configValue(descriptor.fields, node.config, whenConnection.of)
  const connection = typeof id === 'string' ? circumstances.connections.get(id) : undefined
  const type = connection && circumstances.nodeTypes.get(connection.type)
  if (connection === undefined || type === undefined) return false
  return isConditionMet(type.fields, connection.config, whenConnection.when)
}

function filledIn(text: string, node: FlowNode, { fields }: Descriptor): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = configValue(fields, node.config, name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
}
