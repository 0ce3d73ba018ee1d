import type { DeploymentSpec } from '@millrace/engine'
import type { DeploymentInfo } from '@millrace/protocol'
import { nodeTypes } from '../engine-process/fixtures/node-types.ts'
import type { EngineSettings } from '../engine-process/messages.ts'
import { createSupervisor } from './engine-supervisor.ts'
import type { Supervisor, SupervisorEvents } from './supervisor.ts'

/** For tests with real processes: flows of fixture nodes, and waiting for what they do. */

const fixtures = new URL('../engine-process/fixtures/node-types.ts', import.meta.url).href
const types = nodeTypes.map((type) => encodeURIComponent(type.descriptor.type)).join(',')

const settings: EngineSettings = {
  http: { host: '127.0.0.1', port: 0 },
  nodePackages: [`${fixtures}#${types}`],
  flowHeapMb: 128,
  processMemoryMb: 1_000,
  stuckMs: 1_000,
  silentMs: 5_000,
  terminateMs: 1_000,
}

export function supervisorWith(some: Partial<EngineSettings> = {}): Supervisor {
  return createSupervisor({
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    settings: { ...settings, ...some },
    environment: { PATH: process.env['PATH'] ?? '' },
  })
}

type NodeSpec = readonly [id: string, type: string, config?: Readonly<Record<string, unknown>>]

/** A flow whose nodes are wired one after the other by `out` and `in`. */
export function chain(name: string, ...nodes: readonly NodeSpec[]): DeploymentSpec {
  const ids = nodes.map(([id]) => id)
  return {
    flow: {
      millrace: 1,
      name,
      title: name,
      nodes: nodes.map(([id, type, config]) => ({
        id,
        type: `fixture/${type}`,
        name: id.toUpperCase(),
        config: config ?? {},
      })),
      wires: ids.slice(1).map((id, index) => ({
        from: { node: ids[index] ?? '', port: 'out' },
        to: { node: id, port: 'in' },
      })),
      layout: {},
    },
    connections: [],
    secrets: {},
  }
}

/** Settles with what the listener first accepts; rejects when that takes too long. */
export function next<Name extends keyof SupervisorEvents, Result>(
  supervisor: Supervisor,
  event: Name,
  accept: (...told: Parameters<SupervisorEvents[Name]>) => Result | undefined,
  withinMs = 8_000,
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const listener = (...told: Parameters<SupervisorEvents[Name]>): void => {
    const accepted = accept(...told)
    if (accepted !== undefined) resolve(accepted)
  }
  // The listener of an event takes what that event tells; TypeScript loses that in the union.
  const stop = supervisor.on(event, listener as SupervisorEvents[Name])
  const limit = setTimeout(() => reject(new Error(`Nothing fitting came by "${event}".`)), withinMs)
  return promise.finally(() => {
    clearTimeout(limit)
    stop()
  })
}

/** The first time that the flow is in the state, also when it is so already. */
export function inState(
  supervisor: Supervisor,
  flow: string,
  state: DeploymentInfo['state'],
  withinMs?: number,
): Promise<DeploymentInfo> {
  const now = supervisor.info(flow)
  if (now.state === state) return Promise.resolve(now)
  return next(
    supervisor,
    'deployment',
    (name, info) => (name === flow && info.state === state ? info : undefined),
    withinMs,
  )
}
