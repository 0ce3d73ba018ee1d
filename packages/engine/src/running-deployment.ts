import type {
  Deployment,
  DeploymentSpec,
  DurabilityNumbers,
  EngineHost,
  NodeGauges,
  PortCounter,
  Snapshot,
  UpdateReport,
} from './deployment.ts'
import { fromSnapshot } from './durable/restored.ts'
import { EngineError } from './error.ts'
import { emptyPlan, makePlan } from './plan/plan.ts'
import type { PlannedNode } from './plan/plan.ts'
import type { Change } from './run/change.ts'
import type { NodeRun } from './run/node-run.ts'
import type { See } from './run/output-port.ts'
import { replan } from './plan/replan.ts'
import { takeSnapshot } from './run/nodes.ts'
import { RunningFlow } from './run/running-flow.ts'
import { nodeGauges, portCounters } from './run/counters.ts'

/** Nodes that an update restarts may take this long to finish what they hold. */
const updateDrainMs = 5_000

/** One running flow, and the order in which things are done to it. */
export class RunningDeployment implements Deployment {
  readonly ended: Promise<void>
  private readonly host: EngineHost
  private readonly flow: RunningFlow
  private spec: DeploymentSpec
  private phase: 'new' | 'running' | 'stopped' = 'new'
  /** Starting, updating and stopping take their turns. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(spec: DeploymentSpec, host: EngineHost) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.spec = spec
    this.host = host
    this.flow = new RunningFlow(host, spec.flow.name, resolve)
  }

  start(): Promise<void> {
    return this.inTurn(async () => {
      this.expect('new')
      try {
        this.flow.recover()
        await this.change(this.spec)
        this.phase = 'running'
        this.flow.beginEpochs()
      } catch (error) {
        this.phase = 'stopped'
        await this.flow.stop(0)
        throw error
      }
    })
  }

  update(spec: DeploymentSpec): Promise<UpdateReport> {
    return this.inTurn(async () => {
      this.expect('running')
      const before = this.spec
      try {
        const change = await this.change(spec)
        this.spec = spec
        this.endChange(change)
        return change.report
      } catch (error) {
        await this.bringBack(before)
        this.endChange()
        throw error
      }
    })
  }

  stop({ drainMs }: { readonly drainMs: number }): Promise<void> {
    return this.inTurn(async () => {
      if (this.phase !== 'running') return
      this.phase = 'stopped'
      await this.flow.stop(drainMs)
    })
  }

  action(node: string, name: string, argument?: unknown): void {
    this.flow.action(node, name, argument)
  }

  tap(node: string, port: string, see: See): () => void {
    return this.flow.tap(node, port, see)
  }

  counters(): { readonly ports: readonly PortCounter[]; readonly nodes: readonly NodeGauges[] } {
    const runs = this.flow.inOrder()
    return { ports: portCounters(runs), nodes: nodeGauges(runs) }
  }

  storeEpoch(): void {
    this.flow.storeEpoch()
  }

  durability(): DurabilityNumbers | undefined {
    return this.flow.durability()
  }

  nodeAt(index: number): string | undefined {
    return this.flow.nodeAt(index)
  }

  snapshot(): Snapshot {
    return takeSnapshot(this.flow.inOrder())
  }

  restore(snapshot: Snapshot): void {
    this.expect('new')
    this.flow.restored = fromSnapshot(snapshot)
  }

  private async change(spec: DeploymentSpec): Promise<Change> {
    const { nodeTypes } = this.host
    const plan = replan(this.flow.plan, spec, nodeTypes) ?? makePlan(spec, nodeTypes)
    const change = this.flow.findChange(plan)
    await this.flow.settle(change, updateDrainMs)
    if (touchesStored(change)) this.flow.storeEpoch()
    await this.flow.apply(change)
    return change
  }

  /** What an update changed is stored with it; where it is nothing, the next epoch is soon enough. */
  private endChange(change?: Change): void {
    if (this.phase !== 'running') return
    this.flow.beginEpochs()
    if (change === undefined || touchesStored(change)) this.flow.storeEpoch()
  }

  /** An update failed half-way: what ran before shall run again. */
  private async bringBack(spec: DeploymentSpec): Promise<void> {
    try {
      await this.change(spec)
    } catch (error) {
      await this.flow.apply(this.flow.findChange(emptyPlan))
      this.phase = 'stopped'
      this.host.log({
        time: this.host.clock.now(),
        level: 'error',
        text: 'The flow could not be brought back after a failed update and is stopped.',
        details: { reason: String(error) },
      })
    }
  }

  private expect(phase: RunningDeployment['phase']): void {
    if (this.phase === phase) return
    const message = `The deployment is ${this.phase}; it would have to be ${phase} for this.`
    throw new EngineError('DEPLOYMENT_STATE', message)
  }

  private inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.queue.then(task)
    this.queue = result.catch(() => undefined)
    return result
  }
}

/** Whether anything of the nodes that come or go is, or will be, stored. */
function touchesStored({ leaving, newcomers }: Change): boolean {
  return leaving.some(keepsSomething) || newcomers.some(({ planned }) => mayKeep(planned))
}

function keepsSomething(run: NodeRun): boolean {
  return run.inFlight > 0 || run.behaviour.beforeEpoch !== undefined || mayKeep(run.planned)
}

function mayKeep({ descriptor }: PlannedNode): boolean {
  return descriptor.stateful === true || descriptor.kind === 'source'
}
