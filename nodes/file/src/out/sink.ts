import { NodeError, sink } from '@millrace/sdk'
import type { Hold, KeyedState, NodeContext, Timer } from '@millrace/sdk'
import { foldersOf, placeOf } from '../place/file-place.ts'
import { AppendFile } from './append-file.ts'
import { fileOutDescriptor } from './descriptor.ts'
import { lineEncoder } from './line-encoder.ts'

export const fileOut = sink(fileOutDescriptor, (context) => {
  const encoder = lineEncoder(context.config)
  // The host of the flow says there where flows may write; see `foldersOf`.
  const path = placeOf(context.config.path, foldersOf(process.env))
  const writer = new FileWriter(context, { path, heading: encoder.heading })
  return {
    onMessage: (message) => writer.add(encoder.encode(message)),
    flush: () => writer.write(),
    beforeEpoch: () => writer.beforeEpoch(),
    close: () => writer.close(),
  }
})

type Context = NodeContext<typeof fileOutDescriptor>

const retryMs = 1_000
/** With so many characters waiting the flow is slowed. */
const waitingMax = 4_194_304

/**
 * Writes lines at the end of each turn, and holds their messages until they are in the file. How
 * far the file was written is state: after a crash it is cut back to what the last epoch knew of,
 * and the messages behind that come again.
 */
class FileWriter {
  private readonly context: Context
  private readonly heading: string
  private readonly path: string
  private readonly file: AppendFile
  private readonly positions: KeyedState<number>
  private text = ''
  private holds: Hold[] = []
  private retry: Timer | undefined
  private isFailing: boolean | undefined
  private isAsked = false
  private isPressing = false
  private isShared = false

  constructor(
    context: Context,
    { path, heading }: { readonly path: string; readonly heading: string },
  ) {
    this.context = context
    this.heading = heading
    this.path = path
    this.file = new AppendFile(path)
    this.positions = context.state.map('positions')
    this.open()
  }

  add(line: string): void {
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
    this.write()
    this.file.sync()
    this.note()
  }

  close(): void {
    this.retry?.cancel()
    this.write()
    // Known to the node that may come in the place of this one.
    this.note()
    this.file.close()
    for (const hold of this.holds) this.context.release(hold, closed)
    this.holds = []
  }

  private note(): void {
    const { positions, path, file } = this
    if (file.isShared) return this.noteShared()
    if (positions.get(path) === file.position) return
    for (const other of positions.keys()) if (other !== path) positions.delete(other)
    positions.set(path, file.position)
  }

  /** Cutting the file back would take away what others wrote. */
  private noteShared(): void {
    const { positions, path, context } = this
    if (this.isShared) return
    this.isShared = true
    positions.delete(path)
    context.log.warn(`Others write to ${path} too: after a crash, lines may stand in it twice.`)
  }

  private press(isHigh: boolean): void {
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.context.pressure(isHigh)
  }

  private open(): void {
    try {
      this.file.open(this.positions.get(this.path))
      this.context.status({ state: 'ok', text: `Writes to ${this.path}`.slice(0, 200) })
    } catch (error) {
      throw failure(this.path, error)
    }
  }

  private onFailure(error: unknown): void {
    const { context, path } = this
    const { code, message } = failure(path, error)
    context.status({ state: 'error', text: message.slice(0, 200) })
    if (this.isFailing !== true) context.log.warn(message, { code })
    this.isFailing = true
    this.press(true)
    this.retry?.cancel()
    this.retry = context.timers.after(retryMs, () => {
      this.retry = undefined
      this.write()
    })
  }

  private onSuccess(): void {
    this.press(false)
    if (this.isFailing !== true) return
    this.isFailing = false
    this.context.log.info(`Writes to ${this.path} again`)
    this.context.status({ state: 'ok', text: `Writes to ${this.path}`.slice(0, 200) })
  }
}

const closed = new NodeError('FILE_CLOSED', 'The node was closed before the message was written.')

function failure(path: string, error: unknown): NodeError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const why = reasons.get(code) ?? (error instanceof Error ? error.message : String(error))
  return new NodeError('FILE_WRITE_FAILED', `Cannot write to ${path}: ${why}.`, { cause: error })
}

const reasons: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk is full'],
  ['EACCES', 'it is not allowed to'],
  ['EPERM', 'it is not allowed to'],
  ['EROFS', 'the disk is read-only'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
])
