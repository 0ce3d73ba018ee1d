import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, type Child } from './child.ts'
import { freePorts } from './free-port.ts'
import { programOf, type ServiceName } from './program.ts'
import { until } from './until.ts'

/** A running server with a temporary folder of its own. */
export interface Service {
  readonly pid: number
  readonly port: number
  /** The last lines of its output, for a test that failed. */
  log(): string
  isRunning(): boolean
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>
  /** Ends it as a power cut would; `restart` brings it back. */
  kill(): Promise<void>
  /** Ends it properly where it runs, and starts it again with the same ports and the same data. */
  restart(): Promise<void>
}

export interface ServicePlan {
  readonly name: ServiceName
  readonly portCount: number
  /** A fixed first port instead of a free one. */
  readonly port?: number | undefined
  /** Prepares the folder and says how to call the program. */
  readonly prepare: (folder: string, ports: readonly number[]) => Promise<readonly string[]>
  readonly isReady: (ports: readonly number[]) => Promise<boolean>
  /** For programs that are slow to start. */
  readonly startWithinMs?: number
}

const attempts = 3

export async function startService(plan: ServicePlan): Promise<Service & { ports: number[] }> {
  const program = programOf(plan.name)
  const folder = await mkdtemp(join(tmpdir(), `millrace-${plan.name}-`))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeFolder)
  const { child: first, ports, args } = await startOnFreePorts(program, folder, plan)
  let child = first

  return {
    ports,
    port: ports[0] ?? 0,
    get pid() {
      return child.pid
    },
    log: () => child.log(),
    isRunning: () => child.isRunning(),
    kill: () => child.kill(),
    async stop() {
      await child.stop()
      await rm(folder, { recursive: true, force: true })
      process.off('exit', removeFolder)
    },
    async restart() {
      await child.stop()
      child = await startReady(program, args, () => plan.isReady(ports), plan)
    },
  }
}

/** Between finding a port free and listening on it somebody else may take it: then try others. */
async function startOnFreePorts(program: string, folder: string, plan: ServicePlan) {
  for (let attempt = 1; ; attempt += 1) {
    const free = await freePorts(plan.portCount)
    const ports = plan.port === undefined ? free : [plan.port, ...free.slice(1)]
    const args = await plan.prepare(folder, ports)
    try {
      const child = await startReady(program, args, () => plan.isReady(ports), plan)
      return { child, ports, args }
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

async function startReady(
  program: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
  { startWithinMs }: Pick<ServicePlan, 'startWithinMs'>,
): Promise<Child> {
  const child = await startChild(program, args)
  try {
    const limit = startWithinMs === undefined ? {} : { timeoutMs: startWithinMs }
    await until(async () => !child.isRunning() || (await isReady()), { what: program, ...limit })
    if (!child.isRunning()) throw new Error(`${program} ended at once`)
    return child
  } catch (cause) {
    await child.kill()
    throw new Error(`${program} did not start: ${child.log()}`, { cause })
  }
}
