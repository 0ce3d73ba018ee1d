import { type Engine, type EngineOptions, startEngine } from './engine.ts'
import { plantFlow } from './plant-flow.ts'
import type { Stage } from './stage.ts'

/** An engine that runs the flow of the stage, one after the other. */
export interface Lives {
  readonly engine: Engine
  /** Kills the engine and starts another; settles when the flow runs. */
  killAndStart(): Promise<void>
}

/** Starts the first life; messages may be published once it settles. */
export async function firstLife(stage: Stage, options: EngineOptions = {}): Promise<Lives> {
  const start = async (): Promise<Engine> => {
    const started = await startEngine(stage.userDirectory, options)
    await started.deploy(options.flow ?? plantFlow, stage.connections)
    return started
  }
  let engine = await start()
  stage.onClose(() => engine.stop())
  await stage.publisher.ready()
  return {
    get engine() {
      return engine
    },
    killAndStart: async () => {
      await engine.kill()
      engine = await start()
    },
  }
}
