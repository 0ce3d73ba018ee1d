import type { NodeContext, NodeError } from '@millrace/sdk'

type Context = Pick<NodeContext, 'clock' | 'goesOn' | 'status' | 'log'>

interface Trouble {
  readonly error: NodeError
  readonly heardAtMs: number
}

/** Nothing is written by a schema any more that was not heard of for so long. */
const forgottenAfterMs = 600_000
const troublesMax = 10_000

/** Shows what keeps a node from writing by its schemas, until nothing does. */
export class TroubleBoard {
  private readonly context: Context
  private readonly troubles = new Map<string, Trouble>()
  private shown = ''

  constructor(context: Context) {
    this.context = context
  }

  /** `place` is what the trouble is with: there is one at a time. */
  tell(place: string, error: NodeError): void {
    const { context, troubles } = this
    const before = troubles.get(place)?.error.message
    if (troubles.size >= troublesMax && before === undefined) troubles.clear()
    troubles.set(place, { error, heardAtMs: context.clock.monotonic() })
    if (before === error.message) return
    context.goesOn()
    this.show(error)
    context.log.warn(error.message, { code: error.code })
  }

  /** It works; `text` is shown where everything does. */
  over(place: string, text: string): void {
    const { context, troubles } = this
    if (troubles.size === 0) return
    troubles.delete(place)
    this.forgetOld()
    context.goesOn()
    const [left] = troubles.values()
    if (left !== undefined) return this.show(left.error)
    this.shown = ''
    context.status({ state: 'ok', text: text.slice(0, 200) })
  }

  private show({ message }: NodeError): void {
    if (message === this.shown) return
    this.shown = message
    this.context.status({ state: 'error', text: message.slice(0, 200) })
  }

  private forgetOld(): void {
    const oldest = this.context.clock.monotonic() - forgottenAfterMs
    for (const [place, { heardAtMs }] of this.troubles) {
      if (heardAtMs < oldest) this.troubles.delete(place)
    }
  }
}
