import type { Hold, Message, NodeContext } from '@millrace/sdk'
import type { Press } from './voices.ts'

type Context = Pick<NodeContext, 'hold' | 'resume' | 'release' | 'fail' | 'goesOn' | 'holdTime'>

export interface WaitingLineOptions {
  /** What has to be learnt before the message can be passed. Throws where it never can be. */
  missing(message: Message): Promise<void> | undefined
  pass(message: Message): void
  /** While messages wait no more shall come. */
  readonly press: Press
}

interface Waiting {
  readonly message: Message
  readonly hold: Hold
}

/** Passes messages in their order, and holds them while what they need is asked for. */
export class WaitingLine {
  private readonly context: Context
  private readonly options: WaitingLineOptions
  private waiting: Waiting[] = []
  private fromTime = Infinity

  constructor(context: Context, options: WaitingLineOptions) {
    this.context = context
    this.options = options
  }

  onMessage(message: Message): void {
    const isFirst = this.waiting.length === 0
    const missing = isFirst ? this.options.missing(message) : undefined
    if (isFirst && missing === undefined) {
      this.options.pass(message)
      return
    }
    this.waiting.push({ message, hold: this.context.hold() })
    this.holdTime(Math.min(this.fromTime, message.time ?? Infinity))
    if (missing === undefined) return
    this.options.press(true)
    void missing.then(() => this.goOn())
  }

  /** What still waits was not dealt with. */
  close(error: Error): void {
    const all = this.waiting
    this.waiting = []
    for (const { hold } of all) this.context.release(hold, error)
  }

  private goOn(): void {
    this.context.goesOn()
    const all = this.waiting
    let at = 0
    for (let first = all[at]; first !== undefined; first = all[at]) {
      const missing = this.tried(first)
      if (missing !== undefined) {
        void missing.then(() => this.goOn())
        break
      }
      at += 1
    }
    this.waiting = all.slice(at)
    if (this.waiting.length > 0) return
    this.holdTime(Infinity)
    this.options.press(false)
  }

  /** Deals with the message, or says what is still missing. */
  private tried({ message, hold }: Waiting): Promise<void> | undefined {
    const { context, options } = this
    let missing: Promise<void> | undefined
    context.resume(hold, () => {
      try {
        missing = options.missing(message)
        if (missing === undefined) options.pass(message)
      } catch (error) {
        context.fail(error, message)
      }
    })
    if (missing === undefined) context.release(hold)
    return missing
  }

  private holdTime(time: number): void {
    if (time === this.fromTime) return
    this.fromTime = time
    this.context.holdTime(time)
  }
}
