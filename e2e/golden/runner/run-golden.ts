import { openDeployment } from '@millrace/engine'
import type { Deployment, Snapshot } from '@millrace/engine'
import { createManualHost, createMemoryDisk } from '@millrace/engine/testing'
import type { ManualHost, MemoryDisk, TestDelivery } from '@millrace/engine/testing'
import type { Message, NodeType } from '@millrace/sdk'
import fc from 'fast-check'
import type { Golden, InputLine, OutputLine } from './read-golden.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

export interface GoldenMode {
  /** Messages that follow one another from the same source are delivered in batches of this size. */
  readonly batchSize: number
  /** Whether the flow crashes and resumes from a snapshot after every line. */
  readonly crashes: boolean
  /**
   * Seed of the moments at which the flow is killed to go on from its last epoch. Its sources keep
   * logs then, and senders send again what was not acknowledged.
   */
  readonly killSeed?: number
}

export interface GoldenResult {
  readonly output: readonly OutputLine[]
  /** Batches that were not settled exactly once without an error. */
  readonly unsettled: number
  readonly log: readonly string[]
}

/** Runs a golden flow on the real engine with the real nodes in between. */
export async function runGolden(
  golden: Golden,
  installed: ReadonlyMap<string, NodeType>,
  mode: GoldenMode,
): Promise<GoldenResult> {
  const driven = new Set(
    golden.input.flatMap((line) => ('node' in line && !('action' in line) ? [line.node] : [])),
  )
  const set = stage(golden.flow, installed, driven)
  if (mode.killSeed !== undefined) return runKilled(golden, set, mode.killSeed)
  const run = new GoldenRun(set)
  await run.open(0, {})
  for (const turn of turnsOf(golden.input, mode.batchSize)) {
    run.play(turn)
    if (mode.crashes) await run.crash()
  }
  return run.close()
}

/** Kills the flow again and again. Sinks take back what they got after the last epoch, as if they committed with it. */
async function runKilled(golden: Golden, set: Stage, seed: number): Promise<GoldenResult> {
  const next = fc.sample(fc.constantFrom('go on', 'go on', 'sync', 'epoch', 'kill'), {
    numRuns: golden.input.length + 1,
    seed,
  })
  const run = new GoldenRun(set, createMemoryDisk())
  await run.open(0, {})
  let source = ''
  for (const turn of turnsOf(golden.input, 1)) {
    // What several sources took in is replayed in the order of arrival, and here the clock stands.
    if ('batch' in turn && turn.batch[0]?.node !== source) run.endEpoch()
    if ('batch' in turn) source = turn.batch[0]?.node ?? ''
    run.play(turn)
    const what = 'batch' in turn ? next.pop() : 'epoch'
    if (what === 'sync') run.sync()
    else if (what === 'epoch') run.endEpoch()
    else if (what === 'kill') await run.kill()
  }
  return run.close()
}

type MessageLine = Extract<InputLine, { message: Message }>
type Turn = InputLine | { readonly batch: readonly MessageLine[] }

/** Joins messages that may be delivered together. */
function turnsOf(input: readonly InputLine[], batchSize: number): Turn[] {
  const turns: Turn[] = []
  let batch: MessageLine[] = []
  for (const line of input) {
    const fits =
      'message' in line &&
      batch.length < batchSize &&
      (batch.length === 0 || (batch[0]?.node === line.node && line.at === undefined))
    if (!fits && batch.length > 0) {
      turns.push({ batch })
      batch = []
    }
    if ('message' in line) batch.push(line)
    else turns.push(line)
  }
  if (batch.length > 0) turns.push({ batch })
  return turns
}

/** A staged flow while it runs; also used by the conformance cases. */
export class GoldenRun {
  private readonly stage: Stage
  private readonly disk: MemoryDisk | undefined
  private deliveries: TestDelivery[] = []
  /** What was taken in and may have to be sent again. */
  private sent: { batch: readonly MessageLine[]; delivery: TestDelivery }[] = []
  /** Lines of output that are in the last epoch. */
  private committed = 0
  private host: ManualHost | undefined
  private deployment: Deployment | undefined
  private readonly log: string[] = []

  /** With a disk the flow is durable. */
  constructor(set: Stage, disk?: MemoryDisk) {
    this.stage = set
    this.disk = disk
  }

  /** What reached the sinks so far. */
  get output(): readonly OutputLine[] {
    return this.stage.output
  }

  async open(startMs: number, snapshot: Snapshot): Promise<void> {
    const { flow, nodeTypes } = this.stage
    const durable = this.disk === undefined ? {} : { disk: this.disk, epochMs: Infinity }
    this.host = createManualHost({ nodeTypes, startMs, ...durable })
    this.deployment = openDeployment({ flow, connections: [], secrets: {} }, this.host)
    this.deployment.restore(snapshot)
    await this.deployment.start()
  }

  play(turn: Turn): void {
    const { sources } = this.stage
    if ('batch' in turn) this.emit(turn.batch)
    else if ('message' in turn) this.emit([turn])
    else if ('advance' in turn) this.host?.advance(turn.advance)
    else if ('advanceTo' in turn) this.advanceTo(turn.advanceTo)
    else if ('watermark' in turn) sources.get(turn.node)?.watermark(turn.watermark)
    else if ('action' in turn) this.deployment?.action(turn.node, turn.action, turn.argument)
    else if ('end' in turn) for (const source of sources.values()) source.end()
    // What was put off to the end of the turn.
    this.host?.advance(0)
  }

  /** The old deployment is left lying; a new one goes on from its snapshot at the same time. */
  async crash(): Promise<void> {
    if (this.host === undefined || this.deployment === undefined) return
    this.remember(this.host)
    await this.open(this.host.clock.now(), structuredClone(this.deployment.snapshot()))
  }

  /** Ends the epoch; what reached the sinks is theirs from now on. */
  endEpoch(): void {
    this.deployment?.storeEpoch()
    this.committed = this.output.length
  }

  /** What was taken in is on disk. */
  sync(): void {
    this.disk?.sync()
  }

  /** The flow is lost but for its disk, and goes on from there. */
  async kill(): Promise<void> {
    if (this.host === undefined || this.disk === undefined) return
    this.remember(this.host)
    this.disk.crash()
    this.stage.output.length = this.committed
    const again = this.sent.filter(({ delivery }) => delivery.settled === 0)
    this.deliveries = this.deliveries.filter((delivery) => {
      return !again.some((one) => one.delivery === delivery)
    })
    this.sent = []
    await this.open(this.host.clock.now(), {})
    this.host.advance(0)
    for (const { batch } of again) this.emit(batch)
  }

  async close(): Promise<GoldenResult> {
    await this.deployment?.stop({ drainMs: 0 })
    if (this.host !== undefined) this.remember(this.host)
    const unsettled = this.deliveries.filter(
      ({ settled, error }) => settled !== 1 || error !== undefined,
    ).length
    return { output: this.stage.output, unsettled, log: this.log }
  }

  private advanceTo(time: number): void {
    if (this.host === undefined || time <= this.host.clock.now()) return
    this.host.advance(time - this.host.clock.now())
    this.endEpoch()
  }

  private emit(batch: readonly MessageLine[]): void {
    const [first] = batch
    if (first === undefined || this.host === undefined) return
    if (first.at !== undefined) this.advanceTo(first.at)
    const source = this.stage.sources.get(first.node)
    const messages = batch.map(({ message }) => structuredClone(message))
    if (source === undefined) return
    const delivery = this.disk === undefined ? source.emit(...messages) : source.take(...messages)
    this.deliveries.push(delivery)
    this.sent.push({ batch, delivery })
  }

  private remember(host: ManualHost): void {
    for (const { level, node, text } of host.entries)
      this.log.push(`${level} ${node ?? ''}: ${text}`)
  }
}
