import type { Clock, Hold, KeyedState, NodeContext, Timer } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { fileProblem } from '../files/file-problem.ts'
import { AppendFile } from './append-file.ts'
import type { fileOutDescriptor } from './descriptor.ts'
import type { Rotation } from './rotation.ts'

type Context = NodeContext<typeof fileOutDescriptor>

export interface FileWriterOptions {
  readonly path: string
  readonly heading: string
  readonly rotation: Rotation | undefined
}

const retryMs = 1_000
/** With so many characters waiting the flow is slowed. */
const waitingMax = 4_194_304
/** With so many nothing more is taken in. */
const fullAt = 4 * waitingMax
/** A flow that stores its state has ended many epochs by then. */
const withoutEpochsMs = 60_000

/**
 * Writes lines at the end of each turn, and holds their messages until they are in the file. How
 * far the file was written is state: after a crash it is cut back to what the last epoch knew of,
 * and the messages behind that come again. Files are exchanged between two epochs for that reason.
 */
export class FileWriter {
  private readonly context: Context
  private readonly heading: string
  private readonly rotation: Rotation | undefined
  private readonly positions: KeyedState<number>
  private readonly clock: Clock
  private readonly createdAt: number
  private path: string
  private file: AppendFile
  private text = ''
  private holds: Hold[] = []
  private retry: Timer | undefined
  private isFailing: boolean | undefined
  /** The file could not be exchanged. */
  private isStuck = false
  private isAsked = false
  private isPressing = false
  private isShared = false
  private isExchanging = false
  private hasEpochs = false

  constructor(context: Context, { path, heading, rotation }: FileWriterOptions) {
    this.context = context
    this.heading = heading
    this.rotation = rotation
    this.clock = context.clock
    this.createdAt = context.clock.monotonic()
    this.path = path
    this.file = new AppendFile(path)
    this.positions = context.state.map('positions')
    this.open()
  }

  /** Throws where too much waits to be written. */
  add(line: string): void {
    if (this.text.length > fullAt) throw full
    this.text += line
    this.holds.push(this.context.hold())
    if (this.text.length > waitingMax) this.press(true)
    if (this.isAsked || this.retry !== undefined) return
    this.isAsked = true
    this.context.timers.soon(() => {
      this.isAsked = false
      if (this.retry === undefined) this.write()
    })
  }

  write(): void {
    if (this.text === '') return
    try {
      this.exchangeWithoutEpochs()
      this.file.append(this.text, this.heading)
    } catch (error) {
      this.onFailure(error)
      return
    }
    const { holds, context } = this
    this.text = ''
    this.holds = []
    this.onSuccess()
    for (const hold of holds) context.release(hold)
  }

  /** What is held is stored with the epoch; what is in the file, the disk must have. */
  beforeEpoch(): void {
    this.hasEpochs = true
    this.write()
    this.file.sync()
    this.note()
    this.decide()
  }

  /** Nothing of the file is to be taken back any more. */
  afterEpoch(): void {
    if (this.isExchanging) this.tryToExchange()
  }

  close(): void {
    this.write()
    this.retry?.cancel()
    // Known to the node that may come in the place of this one.
    this.rotation?.settle()
    this.note()
    this.file.close()
    for (const hold of this.holds) this.context.release(hold, closed)
    this.holds = []
  }

  private note(): void {
    const { positions, path, file } = this
    // A file by time that is left has no position any more, but the next one has.
    if (this.isExchanging && positions.get(path) === undefined) return
    if (file.isShared) return this.noteShared()
    if (positions.get(path) === file.position) return
    this.notePosition(path, file.position)
  }

  private notePosition(path: string, position: number): void {
    const { positions } = this
    for (const other of positions.keys()) if (other !== path) positions.delete(other)
    positions.set(path, position)
  }

  /** Cutting the file back would take away what others wrote. */
  private noteShared(): void {
    const { positions, path, context } = this
    if (this.isShared) return
    this.isShared = true
    positions.delete(path)
    context.log.warn(`Others write to ${path} too: after a crash, lines may stand in it twice.`)
  }

  private decide(): void {
    const { rotation, file, path } = this
    if (rotation === undefined || this.isExchanging) return
    const { id, position } = file
    const next = id === undefined ? undefined : rotation.decide({ path, position, id })
    if (next === undefined) return
    this.isExchanging = true
    if (next.path !== path) this.notePosition(next.path, next.position)
  }

  private exchange(): void {
    if (this.rotation === undefined) return
    this.file.close()
    const { path, position } = this.rotation.exchange()
    this.isExchanging = false
    this.path = path
    this.file = new AppendFile(path)
    this.isShared = false
    this.file.open(position)
    this.say()
    this.removeOld()
  }

  private removeOld(): void {
    try {
      this.rotation?.removeOld()
    } catch (error) {
      const { code, message } = fileProblem('remove', this.path, error)
      this.context.log.warn(message, { code })
    }
  }

  /** Where no state is stored there is nothing to come out the same after a crash. */
  private exchangeWithoutEpochs(): void {
    if (this.rotation === undefined || this.hasEpochs) return
    if (this.clock.monotonic() - this.createdAt < withoutEpochsMs) return
    this.decide()
    if (this.isExchanging) this.tryToExchange()
  }

  /** Where it cannot be done, writing goes on in the file that there is, and nothing waits. */
  private tryToExchange(): void {
    try {
      this.exchange()
      this.isStuck = false
    } catch (error) {
      this.tell(error, this.isStuck)
      this.isStuck = this.isExchanging
      // The new file could not be opened: the next write tries that again.
      this.isFailing ||= !this.isExchanging
    }
  }

  private press(isHigh: boolean): void {
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.context.pressure(isHigh)
  }

  private open(): void {
    try {
      const position = this.positions.get(this.path)
      this.file.open(this.rotation === undefined ? position : this.rotation.resume(position))
      this.say()
    } catch (error) {
      throw fileProblem('write to', this.path, error)
    }
  }

  private say(): void {
    this.context.status({ state: 'ok', text: `Writes to ${this.path}`.slice(0, 200) })
  }

  private onFailure(error: unknown): void {
    const { context } = this
    this.tell(error, this.isFailing === true)
    this.isFailing = true
    this.press(true)
    this.retry?.cancel()
    this.retry = context.timers.after(retryMs, () => {
      this.retry = undefined
      this.write()
    })
  }

  private tell(error: unknown, isKnown: boolean): void {
    const { context, path } = this
    const { code, message } = fileProblem('write to', path, error)
    context.status({ state: 'error', text: message.slice(0, 200) })
    if (!isKnown) context.log.warn(message, { code })
  }

  private onSuccess(): void {
    this.press(false)
    if (this.isFailing !== true) return
    this.isFailing = false
    this.context.log.info(`Writes to ${this.path} again`)
    this.say()
  }
}

const full = new NodeError('FILE_BUFFER_FULL', 'Too much waits to be written to the file.')
const closed = new NodeError('FILE_CLOSED', 'The node was closed before the message was written.')
