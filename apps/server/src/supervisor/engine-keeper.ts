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
import { waitedForProcessorMs } from '../engine-process/processor-wait.ts'
import { Watchdog } from '../engine-process/watchdog.ts'
import { EngineLink } from './engine-link.ts'

export interface EngineKeeperOptions {
  readonly clock: Clock
  readonly settings: EngineSettings
  readonly environment: Readonly<Record<string, string>>
  onEvent(event: Extract<EngineEvent, { kind: 'ended' | 'finished' | 'reports' }>): void
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
/** A flow that was started so shortly before is suspected, when no other was started with it. */
export const probationMs = 1_500
const startsApartMs = 400
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
  /** Flows started a moment ago, the newest last. */
  private starts: readonly { readonly flow: string; readonly atMs: number }[] = []
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

  /**
   * Puts a fresh process in the place of this one, whose flows have all been stopped: they leave
   * 20 MB behind. Whoever asks for something meanwhile waits for the new one.
   */
  async renew(): Promise<void> {
    const { link } = this
    if (link === undefined || link.isAsked || this.state.state !== 'running') return
    this.link = undefined
    this.ready = Promise.withResolvers<void>()
    await link.end(endGraceMs)
    if (!this.isClosing) this.spawn()
  }

  tell(command: Extract<EngineCommand, { kind: 'watch' | 'prepare' }>): void {
    this.link?.tell(command)
  }

  /** Waits for the process where it is just being started. Rejects with `EngineRefusal`. */
  async ask(...asked: Parameters<EngineLink['ask']>): Promise<CommandResult> {
    await this.ready.promise
    if (this.link === undefined) throw new Error('There is no engine process.')
    return this.link.ask(...asked)
  }

  /** Notes that a flow is being started: should the process end right after, it is suspected. */
  onStart(flow: string): void {
    const atMs = this.options.clock.monotonic()
    const recent = this.starts.filter((start) => atMs - start.atMs < probationMs)
    this.starts = [...recent, { flow, atMs }]
  }

  private spawn(): void {
    const { clock, settings, environment } = this.options
    this.suspects = []
    this.doomed = undefined
    this.watchdog = new Watchdog(
      { stuckMs: pulseLimitMs, silentMs: startLimitMs },
      { nowMs: clock.monotonic(), checkPeriodMs },
    )
    const link: EngineLink = new EngineLink({
      settings,
      environment,
      onEvent: (event) => this.onEvent(event),
      onExit: () => this.onExit(link),
    })
    this.link = link
  }

  private onEvent(event: Exclude<EngineEvent, { kind: 'done' | 'refused' | 'step' }>): void {
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
      case 'finished':
      case 'reports':
        return this.options.onEvent(event)
    }
  }

  private onOpen(httpUrl: string): void {
    const wasGone = this.state.state === 'restarting'
    this.httpUrl = httpUrl
    if (this.state.state !== 'running') this.setState('running', this.state.restarts)
    this.ready.resolve()
    if (wasGone) this.options.onBack(this.deathsMs.length >= 2)
  }

  private onExit(link: EngineLink): void {
    this.httpUrl = undefined
    this.memoryBytes = 0
    if (this.isClosing || link !== this.link) return
    this.link = undefined
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
    if (this.doomed !== undefined) return this.doomed
    const late = this.suspects.filter((suspect) => suspect.forMs >= suspectMs)
    const [suspect] = late
    if (suspect !== undefined && late.length === 1) {
      const { flow, node, forMs } = suspect
      return { flow, node, cause: 'stuck', detail: String(forMs) }
    }
    const flow = this.startedLast()
    return flow === undefined ? undefined : { flow, cause: 'crash', detail: '' }
  }

  /** Once is chance; when it is not the first time, the flow that has just started did it. */
  private startedLast(): string | undefined {
    const nowMs = this.options.clock.monotonic()
    const [before, last] = [this.starts.at(-2), this.starts.at(-1)]
    this.starts = []
    if (last === undefined || nowMs - last.atMs > probationMs) return undefined
    if (before !== undefined && last.atMs - before.atMs < startsApartMs) return undefined
    return this.recentDeaths(nowMs).length > 0 ? last.flow : undefined
  }

  private recentDeaths(nowMs: number): readonly number[] {
    return this.deathsMs.filter((deathMs) => nowMs - deathMs < deathsWithinMs)
  }

  /** At once, unless it ends again and again. */
  private delayMs(blamed: FlowEnd | undefined): number {
    const nowMs = this.options.clock.monotonic()
    const recent = this.recentDeaths(nowMs)
    this.deathsMs = blamed === undefined ? [...recent, nowMs] : recent
    return Math.min(5_000, Math.max(0, this.deathsMs.length - 2) * 500)
  }

  /** Ends a process that no longer says anything. */
  private check(): void {
    const reading = {
      beats: this.pulses,
      runningNode: this.httpUrl === undefined ? -1 : 0,
      waitedMs: () => waitedForProcessorMs(this.link?.processId),
    }
    const verdict = this.watchdog?.check(this.options.clock.monotonic(), reading)
    if (verdict?.state === 'stuck') this.link?.kill()
  }

  private setState(state: ServerStatus['engine']['state'], restarts: number): void {
    this.state = { state, restarts }
    this.options.onState(this.state)
  }
}
