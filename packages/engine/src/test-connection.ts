import type { ConnectionDocument } from '@millrace/flow'
import type { TestStep } from '@millrace/sdk'
import { Compilers } from './config/compilers.ts'
import { resolveConfig } from './config/resolve.ts'
import type { DeploymentSpec, EngineHost } from './deployment.ts'
import { EngineError, sentenceOf } from './error.ts'
import { nodeLog } from './run/node-context.ts'
import { NodeTimers, Turn } from './run/node-timers.ts'

/** A connection to try, with the secrets of all owners or of this connection alone. */
export interface ConnectionTest {
  readonly connection: ConnectionDocument
  readonly secrets: DeploymentSpec['secrets']
}

/**
 * Opens a connection apart from all flows and tells step by step what was found. Throws an
 * `EngineError` when it cannot be configured, and ends early when the test itself throws.
 */
export async function* testConnection(
  { connection, secrets }: ConnectionTest,
  host: EngineHost,
): AsyncGenerator<TestStep, void> {
  const { id, name, type } = connection
  const found = host.nodeTypes.get(type)
  if (found === undefined || !('open' in found)) {
    const message = `Connection "${id}" is of type "${type}", which is not installed.`
    throw new EngineError('NODE_TYPE_UNKNOWN', message, { connection: id })
  }
  if (found.test === undefined) {
    yield { step: 'Test', outcome: 'skipped', text: 'Connections of this type cannot be tested.' }
    return
  }
  const parts = {
    compilers: new Compilers(),
    secrets: secrets[`connection/${id}`] ?? {},
    connection: id,
  }
  const config = resolveConfig(found.descriptor.fields, connection.config, parts).values
  const log = nodeLog(host, id)
  const timers = new NodeTimers(host, new Turn(host), { runAttributed: (task) => task() })
  try {
    yield* found.test({ id, name, flow: '', config, clock: host.clock, timers, log })
  } catch (error) {
    yield { step: 'Test', outcome: 'failed', text: sentenceOf(error) }
  } finally {
    timers.close()
  }
}
