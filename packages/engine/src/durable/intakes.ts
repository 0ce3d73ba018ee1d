import type { Intake, Timer } from '@millrace/sdk'
import type { IngestLog } from '../durability.ts'
import type { EngineHost } from '../deployment.ts'
import { apply as applyPause } from '../run/pressure.ts'
import type { NodeRun } from '../run/node-run.ts'
import { IntakeLog } from './intake-log.ts'
import type { Overflow } from './overflow.ts'

/** Records that are replayed before others get their turn. */
const turnRecords = 256
/** A full log is looked at again after so long. */
const fullCheckMs = 100

/** The ingest logs of all sources of a deployment, and the replay of what they have ahead. */
export class Intakes {
  private readonly host: EngineHost
  private readonly openLog: (node: string) => IngestLog
  private readonly onEnded: (node: NodeRun) => void
  private readonly logs = new Map<string, IntakeLog>()
  /** Types of the nodes in the last epoch. */
  private types: ReadonlyMap<string, string> = new Map()
  private isScheduled = false
  private isHalted = false
  private checking: Timer | undefined

  constructor(
    host: EngineHost,
    openLog: (node: string) => IngestLog,
    onEnded: (node: NodeRun) => void,
  ) {
    this.host = host
    this.openLog = openLog
    this.onEnded = onEnded
  }

  get all(): ReadonlyMap<string, IntakeLog> {
    return this.logs
  }

  /** Of which types nodes were whose records may be in a log. */
  restoreTypes(types: ReadonlyMap<string, string>): void {
    this.types = types
  }

  /** A source had come to this position before a crash. */
  restore(node: NodeRun, position: number, overflow: Overflow): void {
    this.open(node, overflow, position)
  }

  /** What the source is handed. Its log is opened once it is first used. */
  intakeOf(node: NodeRun, overflow: Overflow): Intake {
    return {
      isDurable: true,
      take: (record, run, safe, { isAwaited = false } = {}) => {
        const log = node.intake ?? this.open(node, overflow)
        log.take(node, record, { run, safe, isAwaited })
      },
      onReplay: (run) => (node.intake ?? this.open(node, overflow)).onReplay(node, run),
      recall: (limit, see) => (node.intake ?? this.open(node, overflow)).recall(limit, see),
    }
  }

  /** Nothing is replayed any more; what is left waits for the next start. */
  halt(): void {
    this.isHalted = true
    this.checking?.cancel()
  }

  /** Closes the logs of sources that are gone. */
  keep(isWanted: (node: string) => boolean): Promise<void>[] {
    const gone = [...this.logs].filter(([node]) => !isWanted(node))
    for (const [node] of gone) this.logs.delete(node)
    return gone.map(([, log]) => log.close())
  }

  closeAll(): Promise<void>[] {
    this.halt()
    return this.keep(() => false)
  }

  private open(node: NodeRun, overflow: Overflow, position = 0): IntakeLog {
    const { id } = node
    const { type } = node.planned.document
    const before = this.logs.get(id)
    const log = before?.type === type ? before : this.begin(node, type, position)
    this.logs.set(id, log)
    log.own(node, overflow)
    return log
  }

  private begin({ id }: NodeRun, type: string, given: number): IntakeLog {
    const before = this.logs.get(id)
    const opened = before?.log ?? this.openLog(id)
    // Records that a node of another type took in mean nothing to this one.
    const isForeign = (before?.type ?? this.types.get(id) ?? type) !== type
    const position = isForeign ? opened.last : given
    const events = {
      behind: () => this.schedule(),
      pause: (node: NodeRun) => this.pause(node),
      ended: this.onEnded,
    }
    return new IntakeLog(opened, { type, position, events })
  }

  private pause(node: NodeRun): void {
    applyPause(node)
    if (node.intake?.isFull === true) this.checkLater()
  }

  /** Nobody says when a log has room again. */
  private checkLater(): void {
    if (this.checking !== undefined || this.isHalted) return
    this.checking = this.host.schedule(fullCheckMs, () => {
      this.checking = undefined
      for (const { node } of this.logs.values()) if (node !== undefined) this.pause(node)
    })
  }

  /** A source may go on, or has something to replay. */
  schedule(): void {
    if (this.isScheduled || this.isHalted) return
    this.isScheduled = true
    this.host.schedule(0, () => {
      this.isScheduled = false
      this.replay()
    })
  }

  /** Sources are replayed together, in the order in which they took their records in. */
  private replay(): void {
    for (let count = 0; count < turnRecords && !this.isHalted; count += 1) {
      const next = this.nextLog()
      if (next === undefined) return
      next.replayNext()
    }
    if (this.nextLog() !== undefined) this.schedule()
  }

  private nextLog(): IntakeLog | undefined {
    let next: IntakeLog | undefined
    let takenAt = Infinity
    for (const log of this.logs.values()) {
      if (!log.isReady) continue
      const at = log.nextTakenAt
      if (next !== undefined && at >= takenAt) continue
      next = log
      takenAt = at
    }
    return next
  }
}
