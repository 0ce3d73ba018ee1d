import type { DeploymentSpec, NodesCheck } from '@millrace/engine'
import type { ConnectionDocument, Problem } from '@millrace/flow'
import type { DeploymentInfo, DurabilityInfo, ServerStatus } from '@millrace/protocol'
import type { Clock, TestStep } from '@millrace/sdk'
import type { EngineEvent, EngineSettings, FlowEnd } from '../engine-process/messages.ts'
import { runningPart } from '../engine-process/spec-change.ts'
import type { Watched } from '../engine-process/watched.ts'
import { DeployedFlow, stopped } from './deployed-flow.ts'
import { endSentence, quarantineSentence, troubleEntry } from './end-sentence.ts'
import { EngineKeeper, probationMs } from './engine-keeper.ts'
import { EngineRefusal } from './engine-link.ts'
import { emitReports, Listeners } from './listeners.ts'
import { endedWithOthers, isRefused, toSupervisorError } from './refused.ts'
import { textToSend } from './text-to-send.ts'
import {
  type DeployOutcome,
  type Supervisor,
  SupervisorError,
  type SupervisorEvents,
} from './supervisor.ts'

export interface SupervisorOptions {
  readonly clock: Clock
  readonly settings: EngineSettings
  /** All that the engine process sees of the environment. */
  readonly environment: Readonly<Record<string, string>>
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new EngineSupervisor(options)
}

class EngineSupervisor implements Supervisor {
  private readonly clock: Clock
  private readonly flows = new Map<string, DeployedFlow>()
  private readonly listeners = new Listeners()
  private readonly keeper: EngineKeeper
  private isClosing = false
  private returns = 0
  private idleTimer: NodeJS.Timeout | undefined

  constructor(options: SupervisorOptions) {
    this.clock = options.clock
    this.keeper = new EngineKeeper({
      ...options,
      onEvent: (event) => this.onEvent(event),
      onState: (state) => this.listeners.emit('engine', state),
      onGone: (blamed) => this.onGone(blamed),
      onBack: (isPoisoned) => void this.bringBack(isPoisoned),
    })
  }

  start(): Promise<void> {
    return this.keeper.start()
  }

  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.isClosing = true
    clearTimeout(this.idleTimer)
    for (const flow of this.flows.values()) flow.cancelRestart()
    await this.keeper.close(drainMs)
    for (const flow of this.flows.values()) this.inform(flow, stopped)
  }

  async deploy(spec: DeploymentSpec, version: number): Promise<DeployOutcome> {
    const startedMs = this.clock.monotonic()
    const flow = this.flowOf(spec.flow.name)
    const before = flow.wanted
    flow.wanted = { spec: runningPart(spec), version }
    flow.policy.forgive()
    flow.turn += 1
    const { turn } = flow
    try {
      const report = await flow.inOrder(() => this.bringUp(flow, turn, { restarts: 0 }))
      return { ...report, tookMs: this.clock.monotonic() - startedMs }
    } catch (error) {
      // What ran before goes on, so it is also what would be restarted.
      if (turn === flow.turn && flow.running !== undefined) flow.wanted = before
      throw error
    }
  }

  async stop(name: string): Promise<void> {
    const flow = this.flows.get(name)
    if (flow === undefined) return
    flow.turn += 1
    flow.wanted = undefined
    flow.cancelRestart()
    await flow.inOrder(() => this.bringDown(flow))
    this.renewWhenIdle()
  }

  async forget(name: string): Promise<void> {
    await this.stop(name)
    this.flows.delete(name)
  }

  onStateReset(name: string): void {
    const flow = this.flows.get(name)
    if (flow === undefined) return
    flow.durability = undefined
    const { durability: _gone, ...info } = flow.info
    this.inform(flow, info)
  }

  async action(name: string, node: string, action: string, argument?: unknown): Promise<void> {
    const spec = this.flows.get(name)?.wanted?.spec
    await this.ask(spec, { kind: 'action', flow: name, node, name: action, argument })
  }

  watch(name: string, watched: Watched): void {
    const flow = this.flowOf(name)
    flow.watched = watched
    this.keeper.tell({ kind: 'watch', flow: name, watched })
  }

  prepare(name: string, types: readonly string[]): void {
    if (this.flows.get(name)?.wanted !== undefined || this.isClosing) return
    this.keeper.tell({ kind: 'prepare', types })
  }

  async testConnection(
    connection: ConnectionDocument,
    secrets: DeploymentSpec['secrets'],
    onStep?: (step: TestStep) => void,
  ): Promise<readonly TestStep[]> {
    const result = await this.ask(undefined, { kind: 'test', connection, secrets }, onStep)
    return result.kind === 'tested' ? result.steps : []
  }

  async check(check: NodesCheck): Promise<readonly Problem[]> {
    const json = JSON.stringify(check)
    const result = await this.ask(check.spec, { kind: 'check', json })
    return result.kind === 'checked' ? result.problems : []
  }

  info(name: string): DeploymentInfo {
    return this.flows.get(name)?.info ?? stopped
  }

  engine(): ServerStatus['engine'] {
    return this.keeper.state
  }

  flowHttpUrl(): string | undefined {
    return this.keeper.httpUrl
  }

  engineMemoryBytes(): number {
    return this.keeper.memoryBytes
  }

  engineProcessId(): number | undefined {
    return this.keeper.processId
  }

  on<Name extends keyof SupervisorEvents>(
    event: Name,
    listener: SupervisorEvents[Name],
  ): () => void {
    return this.listeners.add(event, listener)
  }

  /** For what is no part of a flow's life. */
  private ask(spec: DeploymentSpec | undefined, ...asked: Parameters<EngineKeeper['ask']>) {
    return this.keeper.ask(...asked).catch((error: unknown) => {
      throw toSupervisorError(error, spec)
    })
  }

  private renewWhenIdle(): void {
    clearTimeout(this.idleTimer)
    this.idleTimer = setTimeout(() => {
      const isIdle = [...this.flows.values()].every(({ wanted }) => wanted === undefined)
      if (isIdle && !this.isClosing) void this.keeper.renew()
    }, idleAfterMs)
    this.idleTimer.unref()
  }

  private flowOf(name: string): DeployedFlow {
    const flow = this.flows.get(name) ?? new DeployedFlow(name)
    this.flows.set(name, flow)
    return flow
  }

  /** The one path to a running flow: a deployment, a restart, and the return of the engine. */
  private async bringUp(
    flow: DeployedFlow,
    turn: number,
    { restarts }: { readonly restarts: number },
  ): Promise<Omit<DeployOutcome, 'tookMs'>> {
    const { wanted } = flow
    if (wanted === undefined || turn !== flow.turn) throw superseded
    flow.cancelRestart()
    const { version } = wanted
    const state = restarts > 0 ? 'restarting' : 'starting'
    if (flow.running === undefined) this.inform(flow, { ...pastOf(flow), state, version, restarts })
    flow.isComingUp = true
    if (flow.running === undefined) this.keeper.onStart(flow.name)
    try {
      const report = await this.send(flow, wanted.spec)
      flow.running = wanted.spec
      const since = this.clock.now()
      this.inform(flow, { state: 'running', version, since, restarts })
      return report
    } catch (error) {
      const failure = toSupervisorError(error, wanted.spec)
      if (error instanceof EngineRefusal && error.refusal.isStillRunning === true) throw failure
      flow.running = undefined
      // It comes back with the engine, and whoever is to blame was told already.
      if (failure.code === 'ENGINE_GONE') throw engineGone(flow.info)
      if (turn === flow.turn) {
        this.inform(flow, { state: 'failed', version, restarts, ...reasonOf(failure) })
      }
      throw failure
    } finally {
      flow.isComingUp = false
    }
  }

  private async send(
    flow: DeployedFlow,
    wanted: DeploymentSpec,
  ): Promise<Omit<DeployOutcome, 'tookMs'>> {
    const { name, running, watched, companyMax } = flow
    const spec = textToSend(running, wanted)
    try {
      const result = await this.keeper.ask({
        kind: 'deploy',
        flow: name,
        spec,
        watched,
        companyMax,
      })
      return result.kind === 'deployed' ? result.report : nothingDone
    } catch (error) {
      if (endedWithOthers(flow, error)) {
        flow.running = undefined
        return this.send(flow, wanted)
      }
      // It ended while the change was on its way; what was meant as a change is then a start.
      if (spec.kind === 'whole' || !isRefused(error, 'FLOW_NOT_RUNNING')) throw error
      flow.running = undefined
      return this.send(flow, wanted)
    }
  }

  private async bringDown(flow: DeployedFlow): Promise<void> {
    // When the engine goes away meanwhile, the flow is down too.
    await this.keeper
      .ask({ kind: 'stop', flow: flow.name, drainMs: stopDrainMs })
      .catch(() => undefined)
    flow.running = undefined
    if (flow.wanted === undefined) this.inform(flow, stopped)
  }

  private onEvent(event: Extract<EngineEvent, { kind: 'ended' | 'finished' | 'reports' }>): void {
    if (event.kind === 'finished') {
      this.listeners.emit('finished', event.flow)
      return
    }
    if (event.kind === 'ended') {
      this.onFailure(event.end)
      return
    }
    const { durability } = event.batch
    if (durability !== undefined) this.onDurability(event.flow, durability)
    emitReports(this.listeners, event.flow, event.batch)
  }

  /** A flow ended without being told to. */
  private onFailure(end: FlowEnd): void {
    const flow = this.flows.get(end.flow)
    if (flow?.wanted === undefined || this.isClosing) return
    flow.running = undefined
    const reason = endSentence(end, flow.wanted.spec)
    flow.keepApart(end)
    if (end.cause === 'company') this.comeBack(flow, reason)
    else if (end.cause === 'halted') this.halt(flow, reason, end.node)
    else this.strike(flow, reason, end.node)
  }

  /** It stopped as it says that it should; only a person starts it again. */
  private halt(flow: DeployedFlow, reason: string, node: string | undefined): void {
    flow.cancelRestart()
    const { version, restarts } = flow.info
    const info = { ...(version !== undefined && { version }), ...(node !== undefined && { node }) }
    this.inform(flow, { ...info, state: 'failed', reason, restarts })
  }

  /** It did nothing wrong: it is started again at once, and that is not held against it. */
  private comeBack(flow: DeployedFlow, reason: string): void {
    this.inform(flow, { ...flow.info, state: 'restarting', reason })
    void this.restart(flow, flow.turn)
  }

  private strike(flow: DeployedFlow, reason: string, node: string | undefined): void {
    const decision = flow.policy.onFailure(this.clock.monotonic())
    const { version, restarts } = flow.info
    const info = { ...(version !== undefined && { version }), ...(node !== undefined && { node }) }
    if (decision.kind === 'quarantine') {
      flow.cancelRestart()
      const why = `${reason} ${quarantineSentence}`
      this.inform(flow, { ...info, state: 'quarantined', reason: why, restarts })
      return
    }
    this.inform(flow, { ...info, state: 'restarting', reason, restarts })
    const { turn } = flow
    flow.restartAfter(decision.delayMs, () => void this.restart(flow, turn))
  }

  /** A start that fails here counts like any other failure; the policy says when to give up. */
  private async restart(flow: DeployedFlow, turn: number): Promise<void> {
    const { restarts } = flow.info
    try {
      await flow.inOrder(() => this.bringUp(flow, turn, { restarts: restarts + 1 }))
    } catch (error) {
      if (turn !== flow.turn || this.isClosing) return
      const failure = toSupervisorError(error, flow.wanted?.spec)
      // The return of the engine brings this flow back too.
      if (failure.code === 'ENGINE_GONE') return
      this.strike(flow, failure.message, failure.node)
    }
  }

  /** The engine process ended. Who is to blame waits for its turn, the others come back at once. */
  private onGone(blamed: FlowEnd | undefined): void {
    for (const flow of this.flows.values()) {
      flow.running = undefined
      const { state } = flow.info
      if (flow.wanted === undefined || state === 'failed' || state === 'quarantined') continue
      if (flow.name === blamed?.flow) this.onFailure(blamed)
      else if (state === 'running' || flow.isComingUp)
        this.inform(flow, { ...flow.info, state: 'restarting', reason: engineEnded })
    }
  }

  /**
   * The engine process is back. When it ended again and again for no known reason, flows come back
   * one by one, so that the next end tells which one is to blame.
   */
  private async bringBack(isPoisoned: boolean): Promise<void> {
    const waiting = [...this.flows.values()].filter((flow) => this.comesBack(flow))
    if (!isPoisoned) {
      await Promise.all(waiting.map((flow) => this.restart(flow, flow.turn)))
      return
    }
    this.returns += 1
    const { returns } = this
    for (const flow of waiting) {
      if (returns !== this.returns) return
      // oxlint-disable-next-line no-await-in-loop -- one by one is what this is for
      await this.restart(flow, flow.turn)
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, probationMs))
    }
  }

  private comesBack(flow: DeployedFlow): boolean {
    return flow.wanted !== undefined && flow.info.reason === engineEnded
  }

  private onDurability(name: string, durability: DurabilityInfo): void {
    const flow = this.flows.get(name)
    if (flow === undefined) return
    const isNews = flow.durability?.problem !== durability.problem
    flow.durability = durability
    // The numbers change every second; they are told where somebody looks.
    if (isNews || flow.watched.isWatched) this.inform(flow, flow.info)
    else flow.info = { ...flow.info, durability }
  }

  private inform(flow: DeployedFlow, info: DeploymentInfo): void {
    const { durability, name } = flow
    const isTrouble = info.reason !== undefined && info.state !== flow.info.state
    flow.info = durability === undefined ? info : { ...info, durability }
    this.listeners.emit('deployment', name, flow.info)
    if (isTrouble) this.listeners.emit('log', name, [troubleEntry(info, this.clock.now())])
  }
}

const stopDrainMs = 5_000
const idleAfterMs = 10_000
const engineEnded = 'The engine process ended and is being started again.'

const nothingDone = { started: [], restarted: [], removed: [] }
const superseded = new SupervisorError('DEPLOY_SUPERSEDED', 'A newer deployment took its place.')

function pastOf(flow: DeployedFlow): Pick<DeploymentInfo, 'reason' | 'node'> {
  const { reason, node } = flow.info
  return { ...(reason !== undefined && { reason }), ...(node !== undefined && { node }) }
}

function engineGone({ reason, node }: DeploymentInfo): SupervisorError {
  return new SupervisorError('ENGINE_GONE', reason ?? engineEnded, node)
}

function reasonOf(failure: SupervisorError): Pick<DeploymentInfo, 'reason' | 'node'> {
  return { reason: failure.message, ...(failure.node !== undefined && { node: failure.node }) }
}
