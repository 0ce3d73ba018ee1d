import { NodeError } from '@millrace/sdk'
import type { Obstacle } from '@millrace/sdk'
import { RegistryError } from '../client/registry-error.ts'
import { prefixed } from '../fields/prefixed.ts'
import { checkEncoder, openOwn } from './find-encoder.ts'
import type { WritingConfig } from './find-encoder.ts'

/**
 * What would keep a node from writing values of a subject, found out before it is deployed; nothing
 * is registered for that. Where the subject is not known before messages come, only what can be seen
 * in the schema itself. A registry that cannot be asked now does not stand in the way. `prefix` is that
 * of the fields.
 */
export async function writingObstacles(
  config: WritingConfig,
  subject: string | undefined,
  prefix = '',
): Promise<readonly Obstacle[]> {
  try {
    if (subject !== undefined) await checkEncoder(config, subject)
    else if (config.schemaFrom === 'here') openOwn(config)
    return []
  } catch (error) {
    const field = prefixed(config.schemaFrom === 'here' ? 'schema' : 'schemaFrom', prefix)
    return [{ ...obstacleOf(error), field }]
  }
}

function obstacleOf(error: unknown): Obstacle {
  const code = error instanceof NodeError ? error.code : 'SCHEMA_UNUSABLE'
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RegistryError && error.isPassing) {
    const text = `Whether the schema is compatible could not be checked. ${message}`
    return { severity: 'warning', code, message: text }
  }
  // Somebody may register it before the first message comes.
  return { severity: code === 'SCHEMA_MISSING' ? 'warning' : 'error', code, message }
}
