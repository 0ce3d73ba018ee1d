import type { DeploymentSpec } from '@millrace/engine'
import { connectionOwner, hasErrors, nodeOwner } from '@millrace/flow'
import type { DescriptorsByType, Flow, Problem } from '@millrace/flow'
import type { DeploymentInfo, DeploymentState, Version } from '@millrace/protocol'
import { KeyedQueue } from '../flows/keyed-queue.ts'
import type { SavedFlowEntry, SavedFlows } from '../flows/saved-flows.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { UserDirectory } from '../storage/user-directory.ts'
import { SupervisorError } from '../supervisor/supervisor.ts'
import type { DeployOutcome, Supervisor } from '../supervisor/supervisor.ts'
import { checkAhead } from './check-ahead.ts'
import { specOf } from './deployment-spec.ts'
import { connectionsOf } from './flow-connections.ts'
import { failed, invalid } from './refusals.ts'

export interface DeploymentsParts {
  readonly directory: UserDirectory
  readonly saved: SavedFlows
  readonly nodeTypes: DescriptorsByType
  readonly supervisor: Supervisor
  readonly now: () => number
}

export interface DeployRequest {
  /** Deploys this version again instead of what is saved. */
  readonly version?: number
  readonly note?: string
}

/** What a deployment did, and what was found before it that does not stand in the way. */
export interface CheckedOutcome extends DeployOutcome {
  readonly warnings: readonly Problem[]
}

/** What was deployed last; kept while it runs or should run. */
interface Deployed {
  readonly number: number
  readonly revision: string
  readonly flow: Flow
  /** Identifies the connections and secrets that it was deployed with. */
  readonly circumstances: string
}

/** Brings saved flows to run, keeps what was deployed, and brings it back after a restart. */
export class Deployments {
  readonly #parts: DeploymentsParts
  readonly #queue = new KeyedQueue()
  readonly #deployed = new Map<string, Deployed>()
  /** Of flows that have not come to the engine: those to be brought back, or why they cannot be. */
  readonly #apart = new Map<string, DeploymentInfo>()
  readonly #listeners = new Set<(flow: string, info: DeploymentInfo) => void>()

  readonly #onDeployed = new Set<(flow: Flow) => void>()
  /** Remembered, because in a large flow it takes a while to find them. */
  readonly #connections = new WeakMap<Flow, readonly string[]>()

  constructor(parts: DeploymentsParts) {
    this.#parts = parts
    parts.supervisor.on('deployment', (flow, info) => this.#tell(flow, info))
    for (const [flow, version] of parts.directory.deployed.entries()) {
      this.#apart.set(flow, { state: 'starting', version, restarts: 0 })
    }
  }

  /** What runs, or why it does not. */
  info(flow: string): DeploymentInfo {
    return this.#apart.get(flow) ?? this.#parts.supervisor.info(flow)
  }

  /** The same with what is on disk, also of a flow that has not run since the server started. */
  async infoWithState(flow: string): Promise<DeploymentInfo> {
    const info = this.info(flow)
    if (info.durability !== undefined || !restStates.has(info.state)) return info
    const durability = await this.#parts.directory.durable.sizes(flow)
    return durability === undefined ? info : { ...info, durability }
  }

  /** The flow as deployed, where it is another than the one that is saved. */
  deployedFlow(name: string, saved: SavedFlowEntry): Flow | undefined {
    const deployed = this.#deployed.get(name)
    return deployed && deployed.revision !== saved.revision ? deployed.flow : undefined
  }

  hasUndeployedChanges(name: string, saved: SavedFlowEntry): boolean {
    const deployed = this.#deployed.get(name)
    if (!deployed) return saved.flow.nodes.length > 0
    return (
      deployed.revision !== saved.revision ||
      deployed.circumstances !== this.#circumstancesOf(deployed.flow)
    )
  }

  /** Flows, as deployed, that should run now. */
  runningFlows(): readonly Flow[] {
    return [...this.#deployed.values()].map((deployed) => deployed.flow)
  }

  /**
   * Checks the flow, keeps it as a version and makes it run. Refuses with 422 and the problems
   * where it is wrong or cannot start; what ran before then goes on where the engine could keep it.
   */
  deploy(name: string, request: DeployRequest): Promise<CheckedOutcome> {
    return this.#queue.run(name, async () => {
      const { version, entry } = await this.#wanted(name, request)
      const warnings = await this.#checked(entry.flow)
      const kept = version === undefined ? this.#keep(name, entry, request.note) : isKept(version)
      return { ...(await this.#runMarked(name, entry, kept)), warnings }
    })
  }

  /**
   * The same for a flow that is still being saved: the engine takes it while the disk does. It is
   * deployed once both have it; where the disk cannot take it, what ran before runs again.
   */
  deployWriting(
    entry: SavedFlowEntry,
    written: Promise<void>,
    note?: string,
  ): Promise<CheckedOutcome> {
    const { name } = entry.flow
    return this.#queue.run(name, async () => {
      const warnings = await this.#checked(entry.flow)
      const { number, done } = this.#keep(name, entry, note)
      const kept = { number, done: Promise.all([written, done]) }
      return { ...(await this.#runMarked(name, entry, kept)), warnings }
    })
  }

  stop(name: string): Promise<DeploymentInfo> {
    return this.#queue.run(name, async () => {
      await this.#parts.supervisor.stop(name)
      this.#apart.delete(name)
      this.#deployed.delete(name)
      await this.#parts.directory.deployed.delete(name)
      return this.info(name)
    })
  }

  /** Stops a flow that was deleted; its versions are kept. */
  forget(name: string): Promise<void> {
    return this.#queue.run(name, async () => {
      await this.#parts.supervisor.forget(name)
      this.#apart.delete(name)
      this.#deployed.delete(name)
      await this.#parts.directory.deployed.delete(name)
      await this.#parts.directory.durable.remove(name)
    })
  }

  /** Forgets what a flow that does not run remembers, and what its sources have taken in. */
  resetState(name: string): Promise<DeploymentInfo> {
    return this.#queue.run(name, async () => {
      if (!restStates.has(this.info(name).state)) {
        const message = `The flow "${name}" runs; stop it before its state is reset`
        throw new Refusal(409, { code: 'FLOW_RUNNING', message })
      }
      await this.#parts.directory.durable.remove(name)
      this.#parts.supervisor.onStateReset(name)
      return this.info(name)
    })
  }

  /** Brings back all flows that ran. One that cannot run is shown with its reason. */
  async startAll(): Promise<void> {
    const entries = this.#parts.directory.deployed.entries()
    await Promise.all(entries.map(async ([name, number]) => this.#bringBack(name, number)))
  }

  async versions(name: string): Promise<readonly Version[]> {
    const running = this.info(name)
    const isUp = !['stopped', 'failed', 'quarantined'].includes(running.state)
    const stored = await this.#parts.directory.versions.list(name)
    return stored.toReversed().map(({ revision: _revision, ...version }) => ({
      ...version,
      isRunning: isUp && running.version === version.number,
    }))
  }

  async version(name: string, number: number): Promise<{ version: Version; flow: Flow }> {
    const version = (await this.versions(name)).find((item) => item.number === number)
    const flow = version && (await this.#parts.directory.versions.read(name, number))
    if (!version || !flow) {
      throw notFound('VERSION_UNKNOWN', `There is no version ${number} of the flow "${name}"`)
    }
    return { version, flow }
  }

  onInfo(listener: (flow: string, info: DeploymentInfo) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Calls back with the flow whenever a deployment succeeded. */
  onDeployed(listener: (flow: Flow) => void): () => void {
    this.#onDeployed.add(listener)
    return () => void this.#onDeployed.delete(listener)
  }

  settle(): Promise<void> {
    return this.#queue.settle()
  }

  async #wanted(name: string, { version }: DeployRequest) {
    const saved = this.#parts.saved.get(name)
    if (version === undefined) return { version: undefined, entry: saved }
    const { flow } = await this.version(name, version)
    const stored = await this.#parts.directory.versions.list(name)
    const revision = stored.find((item) => item.number === version)?.revision ?? ''
    return { version, entry: { flow, revision, bytes: nothing } }
  }

  #keep(name: string, entry: SavedFlowEntry, note?: string): Keeping {
    const { promise: number, resolve, reject } = Promise.withResolvers<number>()
    const done = this.#parts.directory.versions.add(name, entry.bytes, {
      deployedAt: this.#parts.now(),
      ...(note !== undefined && note !== '' && { note }),
      nodeCount: entry.flow.nodes.length,
      revision: entry.revision,
      onNumber: resolve,
    })
    done.catch(reject)
    return { number, done }
  }

  /** Refuses what cannot run; gives what was found that does not stand in the way. */
  async #checked(flow: Flow): Promise<readonly Problem[]> {
    const { nodeTypes, saved, supervisor } = this.#parts
    const problems = saved.problemsOf(flow)
    if (hasErrors(problems)) throw invalid(problems)
    const running = () => this.#unchangedAround(flow.name)
    const parts = { running, specOf: (one: Flow) => this.#specOf(one), nodeTypes, supervisor }
    const found = await checkAhead(flow, parts)
    if (hasErrors(found)) throw invalid([...problems, ...found])
    return found
  }

  /** The flow as it runs, where it does so with the connections and secrets that there are now. */
  #unchangedAround(name: string): Flow | undefined {
    const deployed = this.#deployed.get(name)
    if (!deployed || this.info(name).state !== 'running') return undefined
    return deployed.circumstances === this.#circumstancesOf(deployed.flow)
      ? deployed.flow
      : undefined
  }

  #specOf(flow: Flow): DeploymentSpec {
    const { connections, secrets } = this.#parts.directory
    const { nodeTypes } = this.#parts
    return specOf(flow, { connections: connections.all(), secrets, nodeTypes })
  }

  async #run(
    name: string,
    entry: Pick<SavedFlowEntry, 'flow' | 'revision'>,
    number: number,
  ): Promise<DeployOutcome> {
    const { flow, revision } = entry
    const circumstances = this.#circumstancesOf(flow)
    const spec = this.#specOf(flow)
    const before = this.#deployed.get(name)
    this.#apart.delete(name)
    this.#deployed.set(name, { number, revision, flow, circumstances })
    try {
      const outcome = await this.#parts.supervisor.deploy(spec, number)
      for (const listener of this.#onDeployed) listener(flow)
      return outcome
    } catch (error) {
      const goesOn = before && this.#parts.supervisor.info(name).version === before.number
      if (goesOn) this.#deployed.set(name, before)
      throw error instanceof SupervisorError ? failed(error) : error
    }
  }

  /**
   * Marks the version as the one that should run while the engine takes it, once the disk has it,
   * and only if the engine does.
   */
  async #runMarked(
    name: string,
    entry: Pick<SavedFlowEntry, 'flow' | 'revision'>,
    keeping: Keeping,
  ): Promise<DeployOutcome> {
    const { deployed } = this.#parts.directory
    const [markedBefore, before] = [deployed.get(name), this.#deployed.get(name)]
    const marking = Promise.all([keeping.number, keeping.done]).then(([number]) =>
      deployed.set(name, number),
    )
    // Also where there is no number to go on with.
    marking.catch(() => undefined)
    // What they know, and what they took in, goes with nodes: it could not be brought back.
    if (before !== undefined && losesNodes(before.flow, entry.flow)) await keeping.done
    const number = await keeping.number
    const [ran, marked] = await Promise.allSettled([this.#run(name, entry, number), marking])
    if (ran.status === 'fulfilled' && marked.status === 'fulfilled') return ran.value
    if (ran.status === 'fulfilled') await this.#takeBack(name, before)
    else if (this.#comesBack(name, number)) throw ran.reason
    const unmarking =
      markedBefore === undefined ? deployed.delete(name) : deployed.set(name, markedBefore)
    if (marked.status === 'fulfilled') await unmarking
    else await unmarking.catch(() => undefined)
    throw ran.status === 'rejected' ? ran.reason : marked.status === 'rejected' && marked.reason
  }

  /** The engine took what the disk could not: what it ran before runs again, or nothing. */
  async #takeBack(name: string, before: Deployed | undefined): Promise<void> {
    if (before !== undefined) {
      await this.#run(name, before, before.number).catch(() => undefined)
      return
    }
    this.#deployed.delete(name)
    await this.#parts.supervisor.stop(name)
  }

  /** The engine went away meanwhile; the supervisor starts this version with the next one. */
  #comesBack(name: string, number: number): boolean {
    const { state, version } = this.#parts.supervisor.info(name)
    return state === 'restarting' && version === number
  }

  async #bringBack(name: string, number: number): Promise<void> {
    await this.#queue.run(name, async () => {
      try {
        const entry = await this.#storedVersion(name, number)
        const problem = this.#parts.saved
          .problemsOf(entry.flow)
          .find(({ severity }) => severity === 'error')
        if (problem) throw invalid([problem])
        await this.#run(name, entry, number)
      } catch (error) {
        this.#refuse(name, number, error)
      }
    })
  }

  /** What has come to the supervisor it shows itself, and brings back; the rest is shown from here. */
  #refuse(name: string, number: number, error: unknown): void {
    if (this.#parts.supervisor.info(name).state !== 'stopped') return
    const problem = error instanceof Refusal ? error.body.problems?.[0] : undefined
    const reason = problem?.message ?? (error instanceof Error ? error.message : String(error))
    const node = problem?.node === undefined ? {} : { node: problem.node }
    const info: DeploymentInfo = { state: 'failed', version: number, reason, ...node, restarts: 0 }
    this.#apart.set(name, info)
    this.#tell(name, info)
  }

  async #storedVersion(name: string, number: number): Promise<SavedFlowEntry> {
    const stored = await this.#parts.directory.versions.list(name)
    const revision = stored.find((version) => version.number === number)?.revision
    if (this.#parts.saved.names().includes(name)) {
      const saved = this.#parts.saved.get(name)
      if (saved.revision === revision) return saved
    }
    const { flow } = await this.version(name, number)
    return { flow, revision: revision ?? '', bytes: nothing }
  }

  /** Changes when a connection or secret that the flow uses does. */
  #circumstancesOf(flow: Flow): string {
    const { connections, secrets } = this.#parts.directory
    const used = this.#connectionsOf(flow)
    const owners = new Set(used.map(connectionOwner))
    const own = nodeOwner(flow.name, '')
    const documents = used.map((id) => connections.all().get(id) ?? id)
    const set = secrets.list().filter(({ owner }) => owners.has(owner) || owner.startsWith(own))
    return JSON.stringify([documents, set])
  }

  #connectionsOf(flow: Flow): readonly string[] {
    const known = this.#connections.get(flow)
    if (known) return known
    const found = connectionsOf(flow, this.#parts.nodeTypes)
    this.#connections.set(flow, found)
    return found
  }

  #tell(flow: string, info: DeploymentInfo): void {
    for (const listener of this.#listeners) listener(flow, info)
  }
}

/** A version on its way to the disk; its number is known before it is there. */
interface Keeping {
  readonly number: Promise<number>
  readonly done: Promise<unknown>
}

function isKept(version: number): Keeping {
  return { number: Promise.resolve(version), done: Promise.resolve() }
}

function losesNodes(before: Flow, after: Flow): boolean {
  const types = new Map(after.nodes.map(({ id, type }) => [id, type]))
  return before.nodes.some(({ id, type }) => types.get(id) !== type)
}

const nothing = new Uint8Array()
const restStates: ReadonlySet<DeploymentState> = new Set(['stopped', 'failed', 'quarantined'])
