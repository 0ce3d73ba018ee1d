import type { NodeContext, Status } from '@millrace/sdk'
import type { Outcome } from './outcome.ts'

export interface Standing {
  /** Items that wait, apart from those on their way. */
  readonly waiting: number
  /** Until when they wait for the end of quiet hours. */
  readonly quietEnd: number | null
}

/** Tells how delivery stands when that changes, and the log how an outage began and ended. */
export class DispatchStatus {
  private readonly context: Pick<NodeContext, 'status' | 'log'>
  private readonly name: string
  private standing: Standing = { waiting: 0, quietEnd: null }
  private trouble: string | undefined
  private warning: string | undefined
  private sent = 0
  private shown: Status | undefined

  constructor(context: Pick<NodeContext, 'status' | 'log'>, name: string) {
    this.context = context
    this.name = name
  }

  show(standing: Standing): void {
    this.standing = standing
    this.tell()
  }

  outcome(outcome: Outcome): void {
    const before = this.trouble
    if (outcome.kind === 'sent') {
      this.sent += 1
      this.trouble = undefined
      this.warning = outcome.warning
      if (before !== undefined) this.context.log.info(`${this.name} takes messages again.`)
    } else if (outcome.kind !== 'too-long') {
      const { code, message } = outcome.error
      this.trouble = message
      if (before !== message) this.context.log.warn(message, { code })
    }
    this.tell()
  }

  private tell(): void {
    const status = this.statusNow()
    if (status.state === this.shown?.state && status.text === this.shown.text) return
    this.shown = status
    this.context.status(status)
  }

  private statusNow(): Status {
    const { waiting, quietEnd } = this.standing
    const rest = waiting > 0 ? ` ${waiting} ${waiting === 1 ? 'waits' : 'wait'}.` : ''
    if (this.trouble !== undefined) return status('error', `${this.trouble}${rest}`)
    if (this.warning !== undefined) return status('warning', `${this.warning}${rest}`)
    if (quietEnd !== null) return status('ok', `Quiet hours.${rest}`)
    return status(this.sent > 0 ? 'ok' : 'idle', `${this.summary()}${rest}`)
  }

  private summary(): string {
    if (this.sent === 0) return 'Nothing sent yet.'
    return `${this.sent} ${this.sent === 1 ? 'message' : 'messages'} sent.`
  }
}

function status(state: Status['state'], text: string): Status {
  return { state, text: text.slice(0, 200) }
}
