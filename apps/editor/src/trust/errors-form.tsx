import type { ErrorPolicy, FlowNode } from '@millrace/flow'
import { hasErrorPort, type Descriptor, type Fields } from '@millrace/sdk/descriptor'
import { Form } from '../fields/index.ts'
import type { FlowEditor } from '../model/index.ts'

interface ErrorsFormProps {
  readonly flow: FlowEditor
  readonly node: FlowNode
  readonly descriptor: Descriptor
}

/** What becomes of messages that the node cannot handle; for nodes that can fail. */
export function ErrorsForm({ flow, node, descriptor }: ErrorsFormProps) {
  if (!hasErrorPort(descriptor)) return null
  const { onError = {} } = node
  return (
    <Form
      fields={errorFields(descriptor, onError)}
      config={{ ...onError }}
      prefix="onError."
      onChange={(field, value) => flow.setErrorPolicy(node.id, changed(onError, field, value))}
    />
  )
}

const policies = ['port', 'dead-letter', 'stop'] as const

const policyField = {
  kind: 'choice',
  label: 'A message that fails',
  section: 'Errors',
  default: 'port',
  options: [
    { value: 'port', label: 'Leaves by the error port' },
    { value: 'dead-letter', label: 'Goes to the dead letters', help: 'To be mended and replayed.' },
    { value: 'stop', label: 'Stops the flow' },
  ],
} as const

const retriesField = {
  kind: 'integer',
  label: 'Retries',
  default: 0,
  min: 0,
  max: 100,
  help: 'How often the node tries a message again before it counts as failed.',
} as const

const backoffField = {
  kind: 'duration',
  label: 'Wait before a retry',
  default: 1_000,
  min: 0,
  max: 3_600_000,
  help: 'Twice as long each time.',
} as const

/**
 * A source cannot be given a message again. A node that has retries of its own, with settings that
 * know what is worth one, is not asked for others; those of a flow from elsewhere can be seen.
 */
export function errorFields(descriptor: Descriptor, { retries = 0 }: ErrorPolicy): Fields {
  const hasOwn = ownRetries.some((name) => Object.hasOwn(descriptor.fields, name))
  const isAsked = descriptor.kind !== 'source' && (!hasOwn || retries > 0)
  return {
    policy: hasOwn
      ? { ...policyField, label: 'A message that fails after its retries' }
      : policyField,
    ...(isAsked && { retries: hasOwn ? { ...retriesField, ...furtherRetries } : retriesField }),
    ...(isAsked && retries > 0 && { backoffMs: backoffField }),
  }
}

/** Fields by which nodes say how often, or how long, they try again. */
const ownRetries = ['retries', 'retryForMs']

const furtherRetries = {
  label: 'Further rounds of retries',
  help: 'Each does everything once more, with all retries set above.',
} as const

/** What is not finished typing changes nothing yet; what is as usual is not kept. */
function changed(before: ErrorPolicy, field: string, value: unknown): ErrorPolicy | undefined {
  const values: Readonly<Record<string, unknown>> = { ...before, [field]: value }
  const [policy, retries, backoffMs] = [values['policy'], values['retries'], values['backoffMs']]
  const known = policies.find((one) => one === policy)
  const next: ErrorPolicy = {
    ...(isWhole(retries, retriesField.max) && retries > 0 && { retries }),
    ...(isWhole(backoffMs, backoffField.max) &&
      backoffMs !== backoffField.default && { backoffMs }),
    ...(known !== undefined && known !== 'port' && { policy: known }),
  }
  return Object.keys(next).length === 0 ? undefined : next
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
}
