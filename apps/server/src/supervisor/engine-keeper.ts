import type { ServerStatus } from '@millrace/protocol'
import type { Clock } from '@millrace/sdk'
import type {
  CommandResult,
  EngineCommand,
  EngineEvent,
  EngineSettings,
  FlowEnd,
  Suspect,
} from '../engine-process/messages.ts'
import { Watchdog } from '../engine-process/watchdog.ts'
import { EngineLink } from './engine-link.ts'

export interface EngineKeeperOptions {
  readonly clock: Clock
  readonly settings: EngineSettings
  readonly environment: Readonly<Record<string, string>>
  onEvent(event: Extract<EngineEvent, { kind: 'ended' | 'reports' }>): void
  onState(state: ServerStatus['engine']): void
  /** The process ended; `blamed` is the flow that is taken to be the cause. */
  onGone(blamed: FlowEnd | undefined): void
  /** The process is there again. It is poisoned when it ended often and nobody knows why. */
  onBack(isPoisoned: boolean): void
}

const startLimitMs = 15_000
const checkPeriodMs = 500
/** A process that says nothing for so long is not there any more. */
const pulseLimitMs = 5_000
/** A flow that was late by so much when the process ended is taken to be the cause. */
const suspectMs = 750
const probationMs = 1_500
const deathsWithinMs = 60_000
const endGraceMs = 3_000

/** Keeps one engine process there, whatever happens to it. */
export class EngineKeeper {
  state: ServerStatus['engine'] = { state: 'starting', restarts: 0 }
  httpUrl: string | undefined
  memoryBytes = 0
  private readonly options: EngineKeeperOptions
  private link: EngineLink | undefined
  private ready = Promise.withResolvers<void>()
  private suspects: readonly Suspect[] = []
  private doomed: FlowEnd | undefined
  private probation: string | undefined
  private pulses = 0
  private watchdog: Watchdog | undefined
  private checker: NodeJS.Timeout | undefined
  private respawn: NodeJS.Timeout | undefined
  /** When the process ended and no flow was to blame. */
  private deathsMs: readonly number[] = []
  private isClosing = false

  constructor(options: EngineKeeperOptions) {
    this.options = options
  }

  get processId(): number | undefined {
    return this.link?.processId
  }

  async start(): Promise<void> {
    this.spawn()
    this.checker = setInterval(() => this.check(), checkPeriodMs)
    const limit = setTimeout(() => {
      this.ready.reject(new Error('The engine process did not start.'))
    }, startLimitMs)
    await this.ready.promise.finally(() => clearTimeout(limit))
  }

  async close(drainMs: number): Promise<void> {
    this.isClosing = true
    clearInterval(this.checker)
    clearTimeout(this.respawn)
    const { link } = this
    if (link === undefined) return
    const limit = setTimeout(() => link.kill(), drainMs + endGraceMs)
    // A process that went away meanwhile has closed too.
    await link.ask({ kind: 'close', drainMs }).catch(() => undefined)
    clearTimeout(limit)
    await link.end(endGraceMs)
  }

  tell(command: Extract<EngineCommand, { kind: 'watch' }>): void {
    this.link?.tell(command)
  }

  /** Waits for the process where it is just being started. Rejects with `EngineRefusal`. */
  async ask(command: Parameters<EngineLink['ask']>[0]): Promise<CommandResult> {
    await this.ready.promise
    if (this.link === undefined) throw new Error('There is no engine process.')
    return this.link.ask(command)
  }

  /** While this flow starts and for a while after, it is blamed when the process ends. */
  async onProbation(flow: string, start: () => Promise<void>): Promise<void> {
    this.probation = flow
    await start()
    await new Promise((resolve) => setTimeout(resolve, probationMs))
    if (this.probation === flow) this.probation = undefined
  }

  private spawn(): void {
    const { clock, settings, environment } = this.options
    this.suspects = []
    this.doomed = undefined
    this.watchdog = new Watchdog(
      { stuckMs: pulseLimitMs, silentMs: startLimitMs },
      { nowMs: clock.monotonic(), checkPeriodMs },
    )
    this.link = new EngineLink({
      settings,
      environment,
      onEvent: (event) => this.onEvent(event),
      onExit: () => this.onExit(),
    })
  }

  private onEvent(event: Exclude<EngineEvent, { kind: 'done' | 'refused' }>): void {
    switch (event.kind) {
      case 'open':
        return this.onOpen(event.httpUrl)
      case 'pulse':
        this.pulses += 1
        this.memoryBytes = event.memoryBytes
        this.suspects = event.suspects
        return
      case 'doomed':
        this.doomed = event.end
        this.link?.kill()
        return
      case 'ended':
      case 'reports':
        return this.options.onEvent(event)
    }
  }

  private onOpen(httpUrl: string): void {
    const isFirst = this.state.state === 'starting'
    this.httpUrl = httpUrl
    this.setState('running', this.state.restarts)
    this.ready.resolve()
    if (!isFirst) this.options.onBack(this.deathsMs.length >= 3)
  }

  private onExit(): void {
    this.httpUrl = undefined
    this.memoryBytes = 0
    if (this.isClosing) return
    if (this.state.state === 'running') this.ready = Promise.withResolvers<void>()
    const blamed = this.blamed()
    this.setState(
      this.state.state === 'starting' ? 'starting' : 'restarting',
      this.state.restarts + 1,
    )
    const delayMs = this.delayMs(blamed)
    this.respawn = setTimeout(() => this.spawn(), delayMs)
    this.options.onGone(blamed)
  }

  private blamed(): FlowEnd | undefined {
    const { doomed, probation } = this
    this.probation = undefined
    if (doomed !== undefined) return doomed
    const late = this.suspects.filter((suspect) => suspect.forMs >= suspectMs)
    const [suspect] = late
    if (suspect !== undefined && late.length === 1) {
      return {
        flow: suspect.flow,
        node: suspect.node,
        cause: 'stuck',
        detail: String(suspect.forMs),
      }
    }
    if (probation === undefined) return undefined
    return {
      flow: probation,
      cause: 'exception',
      detail: 'The engine process ended as it started.',
    }
  }

  /** At once, unless it ends again and again. */
  private delayMs(blamed: FlowEnd | undefined): number {
    const nowMs = this.options.clock.monotonic()
    const recent = this.deathsMs.filter((deathMs) => nowMs - deathMs < deathsWithinMs)
    this.deathsMs = blamed === undefined ? [...recent, nowMs] : recent
    return Math.min(5_000, Math.max(0, this.deathsMs.length - 2) * 500)
  }

  /** Ends a process that no longer says anything. */
  private check(): void {
    const reading = { beats: this.pulses, runningNode: this.httpUrl === undefined ? -1 : 0 }
    const verdict = this.watchdog?.check(this.options.clock.monotonic(), reading)
    if (verdict?.state === 'stuck') this.link?.kill()
  }

  private setState(state: ServerStatus['engine']['state'], restarts: number): void {
    this.state = { state, restarts }
    this.options.onState(this.state)
  }
}
