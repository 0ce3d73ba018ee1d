import type { Emit } from '@millrace/sdk'
import { Compilers } from '../config/compilers.ts'
import { replayAction } from '../dead-letters.ts'
import type { LetterReplay } from '../dead-letters.ts'
import type { DurabilityNumbers, EngineHost } from '../deployment.ts'
import { Durable } from '../durable/durable.ts'
import type { Held } from '../durable/held-messages.ts'
import { nothingRestored } from '../durable/restored.ts'
import type { Restored } from '../durable/restored.ts'
import { EngineError } from '../error.ts'
import { emptyPlan } from '../plan/plan.ts'
import type { Plan, PlannedNode, PlannedWire } from '../plan/plan.ts'
import type { NodeState } from '../state/keyed-state.ts'
import { joinTime } from '../time/network.ts'
import type { Origin } from '../time/origin.ts'
import { Ticker } from '../time/ticker.ts'
import { findChange } from './change.ts'
import type { Change, Newcomer } from './change.ts'
import { Connections } from './connections.ts'
import { Drain, within } from './drain.ts'
import { Ending } from './ending.ts'
import { replayLetter } from './failure-policy.ts'
import type { NodeRun } from './node-run.ts'
import { Nodes, restoreStop } from './nodes.ts'
import type { Inheritance } from './nodes.ts'
import type { HoldRecord } from './batch.ts'
import type { OutputPort, See } from './output-port.ts'
import type { Overhang } from './overhang.ts'
import { Pressure, apply as applyPressure } from './pressure.ts'
import { Runtime } from './runtime.ts'
import { startSource } from './start-source.ts'
import { Taps } from './taps.ts'

/** A node or connection may take this long to close. */
const closeMs = 5_000

/** What a node left behind. */
interface Left {
  readonly type: string
  readonly state: NodeState
  readonly overhang: Overhang | undefined
}

/** The nodes that run now, and the steps by which they become others. */
export class RunningFlow {
  private readonly nodes = new Map<string, NodeRun>()
  /** State to begin with, until the first nodes are created. */
  restored: Restored = nothingRestored
  private readonly host: EngineHost
  private readonly runtime: Runtime
  private readonly compilers = new Compilers()
  private readonly connections: Connections
  private readonly factory: Nodes
  private readonly pressure: Pressure
  private readonly drain: Drain
  private readonly ending: Ending
  private readonly ticker: Ticker
  private readonly taps = new Taps()
  /** State of nodes that left, until a node of the same id and type takes over. */
  private readonly left = new Map<string, Left>()
  /** What runs, or is to run while it is changed. */
  plan: Plan = emptyPlan
  private readonly durable: Durable | undefined

  constructor(host: EngineHost, name: string, onEnded: () => void) {
    this.host = host
    this.pressure = new Pressure(this.nodes)
    this.drain = new Drain(host)
    this.ending = new Ending(this.nodes, onEnded)
    this.ticker = new Ticker(host)
    this.durable = this.makeDurable()
    const events = {
      firstHold: () => this.joinTime(),
      pressure: (node: NodeRun) => this.pressure.changed(node),
      overhangGone: applyPressure,
      sourceEnded: (node: NodeRun) => this.ending.sourceEnded(node),
      settled: (node: NodeRun) => {
        this.ending.settle(node)
        this.drain.settled()
      },
    }
    this.runtime = new Runtime(host, () => name, { events, held: this.durable?.held })
    this.runtime.intakes = this.durable?.intakes
    this.runtime.tracking = this.durable?.tracking
    this.connections = new Connections(this.runtime, this.compilers)
    this.factory = new Nodes(this.runtime, host)
  }

  /** Takes up what the last epoch left; throws when that cannot be read. */
  recover(): void {
    this.restored = this.durable?.open() ?? this.restored
  }

  /** From now on epochs end by themselves. */
  beginEpochs(): void {
    this.durable?.epochs.begin()
  }

  /** Ends the epoch now. */
  storeEpoch(): void {
    this.durable?.epochs.store()
  }

  durability(): DurabilityNumbers | undefined {
    return this.durable?.numbers()
  }

  /** What the plan would change; throws for what cannot run, before anything is touched. */
  findChange(plan: Plan): Change {
    const { compilers, connections } = this
    const among = this.changedOf(plan)
    return findChange(plan, this.nodes, { compilers, connections, among })
  }

  /** Lets nodes that will end finish what they hold, with the sources before them at rest. */
  async settle({ leaving }: Change, timeoutMs: number): Promise<void> {
    // What a source has in hand goes to the one in its place.
    const busy = leaving.filter((run) => run.inFlight > 0 && !run.isSource)
    if (busy.length === 0) return
    for (const run of busy) this.runtime.setPressure(run, true)
    await this.drain.wait(busy, timeoutMs)
  }

  /**
   * Makes the flow what the plan says, in one turn: nothing can come between the old nodes and the
   * new ones. Then waits until the new have started and the old are closed.
   */
  async apply(change: Change): Promise<void> {
    const changed = this.changedOf(change.plan)
    this.plan = change.plan
    // Until all new nodes have started, what ran before may have to be brought back.
    this.durable?.epochs.rest()
    const closing = this.leave(change)
    try {
      const newcomers = this.enter(change)
      const held = this.expectHeld(newcomers)
      this.connect(newcomers, changed)
      this.durable?.epochs.storeFirst()
      for (const { hold, message } of held) hold.node.receiveAgain(hold, message)
      await this.startSources(newcomers)
      this.left.clear()
      this.durable?.forget()
      closing.push(...(this.durable?.intakes?.keep((id) => this.nodes.has(id)) ?? []))
    } finally {
      await within(this.host, closeMs * 2, closing)
    }
    this.ending.allowEnd()
  }

  async stop(drainMs: number): Promise<void> {
    const runs = this.inOrder()
    this.durable?.intakes?.halt()
    const sources = runs.filter((run) => run.planned.descriptor.kind === 'source')
    await within(this.host, Math.max(drainMs, 1), sources.map(stopSource))
    await this.drain.wait(runs, drainMs)
    // What is stored as waiting must not go on as well.
    if (this.durable !== undefined) for (const run of runs) run.overhang?.rest()
    this.durable?.epochs.store()
    this.durable?.epochs.rest()
    await within(
      this.host,
      closeMs,
      runs.map((run) => this.close(run)),
    )
    for (const run of runs) this.finish(run)
    this.nodes.clear()
    this.ticker.close()
    await within(this.host, closeMs, [
      ...this.connections.closeAll(),
      ...(this.durable?.intakes?.closeAll() ?? []),
    ])
  }

  action(node: string, name: string, argument: unknown): void {
    const run = this.nodes.get(node)
    if (run === undefined) throw unknownNode(node)
    // The one action of the engine's own; only a host can ask for it.
    if (name === replayAction) return replayLetter(run, argument as LetterReplay) // as the server sends it
    const { behaviour } = run
    if (behaviour.onAction === undefined) {
      const message = `Node "${node}" has no action "${name}".`
      throw new EngineError('ACTION_UNKNOWN', message, { node })
    }
    this.runtime.asNode(run, () => behaviour.onAction?.(name, argument))
  }

  tap(node: string, port: string, see: See): () => void {
    const run = this.nodes.get(node)
    if (run === undefined) throw unknownNode(node)
    return this.taps.open(run, port, see)
  }

  nodeAt(index: number): string | undefined {
    return this.factory.seats.at(index)
  }

  /** Takes nodes out, and closes connections that change; gives what has to be waited for. */
  private leave({ leaving, plan, newcomers }: Change): Promise<unknown>[] {
    const closing: Promise<unknown>[] = []
    for (const run of leaving) {
      this.nodes.delete(run.id)
      const { type } = run.planned.document
      this.left.set(run.id, { type, state: run.state.handedOver(), overhang: run.overhang })
      run.overhang?.rest()
      if (!run.isSource) this.durable?.keep({ id: run.id, type }, takeHeld(run))
      run.intake?.disown(run)
      for (const port of run.ports) port.join([])
      closing.push(this.retire(run))
    }
    const used = new Set(
      newcomers.flatMap(({ config }) => config.holes.map((hole) => hole.connection)),
    )
    for (const run of this.nodes.values()) for (const id of run.connections) used.add(id)
    return [...closing, ...this.connections.closeStale(plan, used)]
  }

  /** A source stops now and closes once its batches are settled; others close now. */
  private async retire(run: NodeRun): Promise<void> {
    if (run.planned.descriptor.kind === 'source') {
      const stopping = stopSource(run)
      if (run.openBatches > 0) await this.drain.wait([run], closeMs)
      await within(this.host, closeMs, [stopping])
    }
    await within(this.host, closeMs, [this.close(run)])
    this.finish(run)
  }

  /** Creates what is new, those downstream first. */
  private enter({ newcomers, plan }: Change): NodeRun[] {
    this.factory.reserve(newcomers)
    const created: NodeRun[] = []
    for (const newcomer of newcomers.toReversed()) {
      const { planned, config } = newcomer
      this.connections.fill(config.holes, plan, planned.id)
      const run = this.factory.create(newcomer, this.inheritanceOf(newcomer))
      this.nodes.set(planned.id, run)
      this.leftOf(newcomer)?.overhang?.handOver(run)
      created.push(run)
    }
    return created.reverse()
  }

  private inheritanceOf(newcomer: Newcomer): Inheritance {
    const left = this.leftOf(newcomer)
    if (left !== undefined) return { state: left.state }
    return { maps: this.restored(newcomer.planned) }
  }

  /** What the node left in whose place this one comes. */
  private leftOf({ planned }: Newcomer): Left | undefined {
    const left = this.left.get(planned.id)
    return left?.type === planned.document.type ? left : undefined
  }

  /** Takes holds for messages that new nodes will be given again, before time passes by them. */
  private expectHeld(
    created: readonly NodeRun[],
  ): { readonly hold: HoldRecord; readonly message: Held }[] {
    const { durable, runtime } = this
    if (durable === undefined) return []
    const expected = created.flatMap((node) =>
      durable.heldFor(node.planned).map((message) => {
        node.expectHolds()
        return { hold: runtime.holdAgain(node, message), message }
      }),
    )
    return expected.toSorted((one, other) => one.message.id - other.message.id)
  }

  private connect(created: readonly NodeRun[], changed: readonly PlannedNode[] | undefined): void {
    const { byId } = this.plan
    // In a large flow each pass over all nodes shows in how long a small change takes.
    for (const run of changed === undefined ? this.nodes.values() : this.besides(changed)) {
      run.planned = byId.get(run.id) ?? run.planned
      this.joinPorts(run)
    }
    this.taps.attachTo(created)
    this.joinTime()
    for (const run of created) restoreStop(run)
    this.restored = nothingRestored
    this.pressure.rewired()
    this.ending.rewired(this.plan, changed)
  }

  /** The nodes in which a plan differs from what runs, where they are all that differs. */
  private changedOf({ since, nodes }: Plan): readonly PlannedNode[] | undefined {
    const isKnown = since?.version === this.plan.version && nodes.length === this.nodes.size
    return isKnown ? since.changed : undefined
  }

  /** The running ones of these nodes, and of those that send to them. */
  private besides(planned: readonly PlannedNode[]): ReadonlySet<NodeRun> {
    const runs = new Set<NodeRun>()
    for (const node of planned) {
      for (const { id } of [node, ...node.upstream]) {
        const run = this.nodes.get(id)
        if (run !== undefined) runs.add(run)
      }
    }
    return runs
  }

  private joinPorts(run: NodeRun): void {
    const { ports } = run.planned
    for (let index = 0; index < run.ports.length; index += 1) {
      const wires = ports[index]?.wires ?? []
      const port = run.ports[index]
      if (port === undefined || this.isJoined(port, wires)) continue
      port.join(wires.flatMap((wire) => this.entryOf(wire) ?? []))
    }
  }

  private isJoined(port: OutputPort, wires: readonly PlannedWire[]): boolean {
    if (port.destinationCount !== wires.length) return false
    for (let index = 0; index < wires.length; index += 1) {
      if (!port.goesTo(index, this.entryOf(wires[index]))) return false
    }
    return true
  }

  private entryOf(wire: PlannedWire | undefined): Emit | undefined {
    return wire === undefined ? undefined : this.nodes.get(wire.to.id)?.entry(wire)
  }

  private joinTime(): void {
    joinTime(this.plan.nodes, this.nodes)
    const origins: Origin[] = []
    for (const { origin } of this.nodes.values()) if (origin !== undefined) origins.push(origin)
    this.ticker.watch(origins)
  }

  private async startSources(created: readonly NodeRun[]): Promise<void> {
    const sources = created.filter((run) => run.planned.descriptor.kind === 'source')
    const starting = sources.map(startSource)
    const results = await Promise.allSettled(starting)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  private async close(run: NodeRun): Promise<void> {
    const { behaviour } = run
    try {
      await behaviour.close?.()
    } catch (error) {
      run.crashed(error)
    }
  }

  private finish(run: NodeRun): void {
    if (run.isClosed) return
    this.factory.giveBack(run)
    this.pressure.changed(run)
  }

  private makeDurable(): Durable | undefined {
    const { host } = this
    if (host.epochs === undefined) return undefined
    const sourceEnded = (node: NodeRun): void => this.ending.sourceEnded(node)
    return new Durable(host, host.epochs, { runs: () => this.inOrder(), sourceEnded })
  }

  /** The running nodes, each after all that send to it. */
  inOrder(): NodeRun[] {
    return this.plan.nodes.flatMap(({ id }) => this.nodes.get(id) ?? [])
  }
}

/** What a node that leaves holds goes to the one in its place; for itself it is dealt with. */
function takeHeld(run: NodeRun): readonly Held[] {
  const taken = new Set<Held>()
  for (let hold = run.holds; hold !== undefined; hold = hold.next) {
    if (hold.held === undefined) continue
    hold.held.open = 0
    taken.add(hold.held)
    hold.held = undefined
  }
  return [...taken]
}

async function stopSource(run: NodeRun): Promise<void> {
  if (!run.wasStarted) return
  try {
    await run.behaviour.stop?.()
  } catch (error) {
    run.crashed(error)
  }
}

function unknownNode(node: string): EngineError {
  return new EngineError('NODE_UNKNOWN', `There is no running node "${node}".`, { node })
}
