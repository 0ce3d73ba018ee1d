import { FlowValidator, secretKey } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { Validate } from '../model/index.ts'

/** The server's own validator; it remembers what it found about nodes that did not change. */
export function createValidator(): Validate {
  let nodeTypes: ReadonlyMap<string, Descriptor> | undefined
  let validator = new FlowValidator(new Map())
  return async (flow, { descriptors, connections, secrets }) => {
    if (descriptors !== nodeTypes) {
      nodeTypes = descriptors
      validator = new FlowValidator(descriptors)
    }
    const secretsSet = new Set(secrets.map(({ owner, field }) => secretKey(owner, field)))
    return validator.validate(flow, { connections, secretsSet })
  }
}
