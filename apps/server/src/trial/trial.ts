import { openDeployment } from '@millrace/engine'
import type { Deployment } from '@millrace/engine'
import type { ConnectionDocument } from '@millrace/flow'
import type { Message } from '@millrace/sdk'
import { placeKey } from './stage.ts'
import type { Stage } from './stage.ts'
import { createTrialHost } from './trial-host.ts'
import type { TrialHost } from './trial-host.ts'

export interface TrialOptions {
  readonly stage: Stage
  readonly startMs: number
  /** Of sources that are replayed; nothing is opened. */
  readonly connections?: readonly ConnectionDocument[]
  /** Lets what waits for promises go on. */
  readonly nextTurn: () => Promise<void>
}

/** Turns in which code that awaits something may go on before time does. */
const turnsMax = 50

/** A staged flow while it runs, on the real engine, at a pace of its own. */
export class Trial {
  private readonly options: TrialOptions
  private readonly host: TrialHost
  private readonly deployment: Deployment

  constructor(options: TrialOptions) {
    const { stage, startMs, connections = [] } = options
    this.options = options
    this.host = createTrialHost({ nodeTypes: stage.nodeTypes, startMs })
    const spec = { flow: stage.flow, connections, secrets: {} }
    this.deployment = openDeployment(spec, this.host)
  }

  async start(): Promise<void> {
    await this.deployment.start()
    await this.settle()
  }

  get nowMs(): number {
    return this.host.clock.now()
  }

  /** Emits by a source, or gives the message to an input of another node. Throws where none is. */
  emit(node: string, message: Message, port?: string): void {
    const { sources } = this.options.stage
    const own = sources.get(placeKey(node))
    const source = own ?? sources.get(placeKey(node, port))
    if (source === undefined) throw new Error(`Nothing can be given to "${node}".`)
    source.emit(message, own === undefined ? undefined : port)
    this.host.time.advance(0)
  }

  /** Gives a source a record that it once took in, at the time at which it did. False without one. */
  replay(node: string, record: Uint8Array, takenAt: number): boolean {
    const replay = this.options.stage.replays.get(node)
    if (replay === undefined) return false
    this.host.time.advance(Math.max(0, takenAt - this.nowMs))
    replay(record, takenAt)
    return true
  }

  /** Time goes on; what falls due runs on the way, with what it awaits. */
  async wait(ms: number): Promise<void> {
    this.host.time.advance(ms)
    await this.settle()
  }

  end(): void {
    for (const source of this.options.stage.sources.values()) source.end()
    this.host.time.advance(0)
  }

  /** Waits for promises of nodes that have something under way, but not for time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < turnsMax; turn += 1) {
      this.host.time.advance(0)
      if (turn > 0 && !this.isBusy()) return
      await this.options.nextTurn()
    }
  }

  /** What went wrong in nodes, in sentences. */
  notes(): readonly string[] {
    const named = this.host.notes.map(({ node, text }) =>
      node === undefined ? text : `${node}: ${text}`,
    )
    return [...new Set(named)]
  }

  async stop(): Promise<void> {
    const stopping = this.deployment.stop({ drainMs: 0 })
    // What has its end put off by a timer ends now.
    this.host.time.advance(60_000)
    await stopping
  }

  private isBusy(): boolean {
    return this.deployment.counters().nodes.some(({ inFlight }) => inFlight > 0)
  }
}
