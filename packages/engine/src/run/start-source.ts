import type { EngineHost } from '../deployment.ts'
import type { NodeRun } from './node-run.ts'
import { startFailure } from './nodes.ts'
import { apply as applyPressure } from './pressure.ts'

/** A source may take this long to start. */
const startMs = 30_000

/** Starts a source whose downstream stands; rejects with an `EngineError` that names it. */
export async function startSource(run: NodeRun): Promise<void> {
  const { runtime } = run
  run.wasStarted = true
  try {
    const starting = runtime.asNode(run, () => run.behaviour.start?.())
    if (starting !== undefined) await withinStart(runtime.host, starting)
  } catch (error) {
    throw startFailure(run.planned, error)
  }
  run.hasStarted = true
  run.intake?.started(run)
  applyPressure(run)
}

async function withinStart(host: EngineHost, starting: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const text = `It did not start within ${startMs / 1000} seconds.`
  const timeout = host.schedule(startMs, () => reject(new Error(text)))
  try {
    await Promise.race([starting, promise])
  } finally {
    timeout.cancel()
  }
}
