import { NodeError } from '@millrace/sdk'

export function closed(): NodeError {
  return new NodeError('SCHEMA_CLOSED', 'The node was closed before the schema was known.')
}
