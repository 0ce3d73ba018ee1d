import type { DeploymentSpec, NodesCheck } from '@millrace/engine'
import type { Problem } from '@millrace/flow'
import type { DeploymentInfo } from '@millrace/protocol'
import type { TestStep } from '@millrace/sdk'
import { Listeners } from '../supervisor/listeners.ts'
import { SupervisorError } from '../supervisor/supervisor.ts'
import type { Supervisor, SupervisorEvents, Watched } from '../supervisor/supervisor.ts'

const stopped: DeploymentInfo = { state: 'stopped', restarts: 0 }

/** Keeps book of what a server asks of its supervisor, and tells what a test has it tell. */
export class FakeSupervisor implements Supervisor {
  readonly deployed: { readonly spec: DeploymentSpec; readonly version: number }[] = []
  readonly actions: unknown[] = []
  readonly tested: unknown[] = []
  readonly reset: string[] = []
  readonly watched = new Map<string, Watched>()
  readonly prepared = new Map<string, readonly string[]>()
  /** What the next deployments are refused with. */
  failure: SupervisorError | null = null
  /** What nodes are found to have in their way. */
  obstacles: readonly Problem[] = []
  readonly checks: NodesCheck[] = []
  /** Whether a refused deployment leaves running what ran before. */
  keepsRunning = false
  readonly #infos = new Map<string, DeploymentInfo>()
  readonly #listeners = new Listeners()

  async start(): Promise<void> {}

  async close(): Promise<void> {}

  async deploy(spec: DeploymentSpec, version: number) {
    const { name } = spec.flow
    if (this.failure) {
      const { message, code } = this.failure
      const state = code === 'ENGINE_GONE' ? 'restarting' : 'failed'
      if (!this.keepsRunning) this.#inform(name, { state, version, reason: message, restarts: 0 })
      throw this.failure
    }
    this.deployed.push({ spec, version })
    this.#inform(name, { state: 'running', version, since: 1, restarts: 0 })
    return {
      started: spec.flow.nodes.map((node) => node.id),
      restarted: [],
      removed: [],
      tookMs: 1,
    }
  }

  async stop(flow: string): Promise<void> {
    this.#inform(flow, stopped)
  }

  async forget(flow: string): Promise<void> {
    this.#infos.delete(flow)
  }

  onStateReset(flow: string): void {
    this.reset.push(flow)
  }

  async action(flow: string, node: string, name: string, argument?: unknown): Promise<void> {
    if (name === 'refuse') throw new SupervisorError('ACTION_REFUSED', 'Not now', node)
    this.actions.push({ flow, node, name, argument })
  }

  prepare(flow: string, types: readonly string[]): void {
    this.prepared.set(flow, types)
  }

  watch(flow: string, watched: Watched): void {
    this.watched.set(flow, watched)
  }

  async testConnection(
    connection: unknown,
    secrets: unknown,
    onStep?: (step: TestStep) => void,
  ): Promise<readonly TestStep[]> {
    this.tested.push([connection, secrets])
    const step: TestStep = { step: 'TCP connection', outcome: 'passed' }
    onStep?.(step)
    return [step]
  }

  async check(check: NodesCheck): Promise<readonly Problem[]> {
    this.checks.push(check)
    return this.obstacles
  }

  info(flow: string): DeploymentInfo {
    return this.#infos.get(flow) ?? stopped
  }

  engine() {
    return { state: 'running', restarts: 0 } as const
  }

  flowHttpUrl(): string {
    return 'http://127.0.0.1:1881'
  }

  engineMemoryBytes(): number {
    return 1
  }

  engineProcessId(): undefined {
    return undefined
  }

  on<Name extends keyof SupervisorEvents>(event: Name, listener: SupervisorEvents[Name]) {
    return this.#listeners.add(event, listener)
  }

  tell<Name extends keyof SupervisorEvents>(
    event: Name,
    ...told: Parameters<SupervisorEvents[Name]>
  ): void {
    this.#listeners.emit(event, ...told)
  }

  /** The engine is there again, and has started all that waited for it. */
  bringBack(): void {
    for (const [flow, { state, version = 1 }] of this.#infos)
      if (state === 'restarting')
        this.#inform(flow, { state: 'running', version, since: 1, restarts: 1 })
  }

  #inform(flow: string, info: DeploymentInfo): void {
    this.#infos.set(flow, info)
    this.tell('deployment', flow, info)
  }
}
