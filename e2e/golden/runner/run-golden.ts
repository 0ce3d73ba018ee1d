import { openDeployment } from '@millrace/engine'
import type { Deployment, Snapshot } from '@millrace/engine'
import { createManualHost } from '@millrace/engine/testing'
import type { ManualHost, TestDelivery } from '@millrace/engine/testing'
import type { Message, NodeType } from '@millrace/sdk'
import type { Golden, InputLine, OutputLine } from './read-golden.ts'
import { stage } from './stage.ts'
import type { Stage } from './stage.ts'

export interface GoldenMode {
  /** Messages that follow one another from the same source are delivered in batches of this size. */
  readonly batchSize: number
  /** Whether the flow crashes and resumes from a snapshot after every line. */
  readonly crashes: boolean
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
  const run = new GoldenRun(stage(golden.flow, installed, driven))
  await run.open(0, {})
  for (const turn of turnsOf(golden.input, mode.batchSize)) {
    run.play(turn)
    if (mode.crashes) await run.crash()
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
  private readonly deliveries: TestDelivery[] = []
  private host: ManualHost | undefined
  private deployment: Deployment | undefined
  private readonly log: string[] = []

  constructor(set: Stage) {
    this.stage = set
  }

  /** What reached the sinks so far. */
  get output(): readonly OutputLine[] {
    return this.stage.output
  }

  async open(startMs: number, snapshot: Snapshot): Promise<void> {
    const { flow, nodeTypes } = this.stage
    this.host = createManualHost({ nodeTypes, startMs })
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

  async close(): Promise<GoldenResult> {
    await this.deployment?.stop({ drainMs: 0 })
    if (this.host !== undefined) this.remember(this.host)
    const unsettled = this.deliveries.filter(
      ({ settled, error }) => settled !== 1 || error !== undefined,
    ).length
    return { output: this.stage.output, unsettled, log: this.log }
  }

  private advanceTo(time: number): void {
    if (this.host !== undefined) this.host.advance(time - this.host.clock.now())
  }

  private emit(batch: readonly MessageLine[]): void {
    const [first] = batch
    if (first === undefined || this.host === undefined) return
    if (first.at !== undefined) this.advanceTo(first.at)
    const source = this.stage.sources.get(first.node)
    const messages = batch.map(({ message }) => structuredClone(message))
    if (source !== undefined) this.deliveries.push(source.emit(...messages))
  }

  private remember(host: ManualHost): void {
    for (const { level, node, text } of host.entries)
      this.log.push(`${level} ${node ?? ''}: ${text}`)
  }
}
