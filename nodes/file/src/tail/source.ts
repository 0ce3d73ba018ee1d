import { formatSettings, openRecords } from '@millrace/formats'
import { source } from '@millrace/sdk'
import type { KeyedState, Message, SourceContext, Status, Timer } from '@millrace/sdk'
import { fileProblem } from '../files/file-problem.ts'
import { foldersOf, placeOf } from '../place/file-place.ts'
import { fileTailDescriptor } from './descriptor.ts'
import type { PlaceInFile } from './place-in-file.ts'
import { RecordTaker } from './record-taker.ts'
import type { Found } from './record-taker.ts'
import { Tailer } from './tailer.ts'
import type { Piece } from './tailer.ts'

type Context = SourceContext<typeof fileTailDescriptor>

export const fileTail = source(fileTailDescriptor, (context) => {
  const round = new TailRound(context)
  return {
    start: () => round.poll(),
    pause: () => round.pause(),
    resume: () => round.resume(),
    stop: () => round.stop(),
    beforeEpoch: () => round.rememberFile(),
    close: () => round.close(),
  }
})

/** Pieces that may be on their way through the flow at a time. */
const openMax = 16

/**
 * Reads pieces as fast as the flow takes them, and looks for more from time to time. How far it
 * came is state, and changes along with the messages: after a crash both go on from the last epoch.
 */
class TailRound {
  private readonly context: Context
  private readonly places: KeyedState<PlaceInFile>
  private readonly tailer: Tailer
  private timer: Timer | undefined
  private isPaused = false
  private isStopped = false
  private open = 0
  private shown = ''

  constructor(context: Context) {
    this.context = context
    const { config, state, clock, log } = context
    const records = openRecords(formatSettings(config, { format: config.format }))
    this.places = state.map('places')
    const options = {
      // The host of the flow says there where flows may read; see `foldersOf`.
      path: () => placeOf(config.path, foldersOf(process.env)),
      taker: new RecordTaker(records, config.recordBytesMax),
      lingerMs: config.lingerMs,
      clock,
      onNote: (text: string) => log.warn(`${text}: ${config.path}`),
    }
    this.tailer = new Tailer(options, this.places.get(config.path))
    // What may not be read shows when the flow is deployed.
    options.path()
    if (this.places.get(config.path) === undefined) this.begin()
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.pollAfter(0)
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }

  close(): void {
    this.stop()
    this.tailer.close()
  }

  /**
   * Which file it is, and where in it, counts from the first epoch on, which is stored before any
   * source starts: after a crash soon after, the file may have been renamed.
   */
  private begin(): void {
    try {
      const isAtEnd = this.context.config.begin === 'end'
      const place = isAtEnd ? this.tailer.skipToEnd() : this.tailer.look()
      if (place !== undefined) this.remember(place)
    } catch (error) {
      this.onFailure(error)
    }
  }

  private pollAfter(delayMs: number): void {
    if (this.isStopped || this.isPaused) return
    this.timer?.cancel()
    this.timer = this.context.timers.after(delayMs, () => this.poll())
  }

  poll(): void {
    if (this.isStopped || this.isPaused || this.open >= openMax) return
    const { pollMs } = this.context.config
    let piece: Piece | undefined
    try {
      piece = this.tailer.next()
    } catch (error) {
      this.onFailure(error)
      this.pollAfter(pollMs)
      return
    }
    this.onLook()
    this.rememberFile()
    if (piece !== undefined) {
      this.pass(piece)
      this.pollAfter(0)
    } else if (this.hasEnded) this.finish()
    else this.pollAfter(pollMs)
  }

  private get hasEnded(): boolean {
    const { begin, follows } = this.context.config
    return begin === 'start' && !follows && this.tailer.isThere
  }

  private finish(): void {
    const piece = this.tailer.rest()
    if (piece !== undefined) this.pass(piece)
    this.stop()
    this.context.end()
  }

  private pass({ found, place }: Piece): void {
    this.open += 1
    const run = (): void => {
      this.remember(place)
      for (const one of found) this.emit(one)
    }
    this.context.deliver(run, () => {
      this.open -= 1
      // It had stopped for want of room.
      if (this.open === openMax - 1) this.pollAfter(0)
    })
  }

  private emit(one: Found): void {
    const { emit, fail, config } = this.context
    const file = { path: config.path, line: one.line }
    if (one.kind === 'value') emit.out({ payload: one.value, time: undefined, file })
    else {
      const message: Message = { payload: Buffer.from(one.record).toString('utf8'), file }
      fail(one.error, message)
    }
  }

  /** Which file it is counts before anything was read of it: it may be renamed meanwhile. */
  rememberFile(): void {
    const { place } = this.tailer
    if (place?.position === 0 && this.places.get(this.context.config.path)?.id !== place.id) {
      this.remember(place)
    }
  }

  private remember(place: PlaceInFile): void {
    const { path } = this.context.config
    for (const other of this.places.keys()) if (other !== path) this.places.delete(other)
    this.places.set(path, place)
  }

  private onLook(): void {
    const { path } = this.context.config
    this.show(
      this.tailer.isThere
        ? { state: 'ok', text: `Reads ${path}` }
        : { state: 'warning', text: `Waits for ${path}, which is not there` },
    )
  }

  private onFailure(error: unknown): void {
    const { path } = this.context.config
    const { code, message } = fileProblem('read', path, error)
    if (this.show({ state: 'error', text: message })) this.context.log.warn(message, { code })
  }

  /** Whether it is news. */
  private show({ state, text }: Status): boolean {
    if (text === this.shown) return false
    this.shown = text
    this.context.status({ state, text: text.slice(0, 200) })
    return true
  }
}
