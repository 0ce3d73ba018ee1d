import { operator } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator } from '@millrace/sdk'
import type { Row } from './csv.ts'
import { descriptor } from './descriptor.ts'
import { keyText, rowsByKey, rowsOf } from './table.ts'

type Context = NodeContext<typeof descriptor>

export const lookUp = operator(descriptor, (context) => new LookUp(context))

/** The table of the form, or the one that came last by the input, which outlives a restart. */
class LookUp implements Operator {
  private readonly context: Context
  private readonly given: ReadonlyMap<string, Row>
  private readonly refreshed: KeyedState<Row>
  private readonly about: KeyedState<unknown>

  constructor(context: Context) {
    const { config, state } = context
    this.context = context
    const { format } = config
    this.given = rowsByKey(
      rowsOf((format === 'csv' ? config.csv : config.json) ?? '', format),
      config,
    )
    this.refreshed = state.map('rows')
    this.about = state.map('about')
  }

  onMessage(message: Message, input: number): void {
    if (input === 0) this.send(message)
    else this.refresh(message)
  }

  private send(message: Message): void {
    const { config, emit } = this.context
    const key = keyText(config.key(message))
    const row = key === null ? undefined : this.table().get(key)
    if (row !== undefined) emit.out(config.target.set(message, row))
    else if (config.onMissing === 'port') emit.missing(message)
    else emit.out(message)
  }

  private refresh({ payload }: Message): void {
    const { config, clock } = this.context
    // Read as a whole before anything is changed.
    const rows = rowsByKey(rowsOf(payload, config.format), config)
    this.refreshed.clear()
    for (const [key, row] of rows) this.refreshed.set(key, row)
    this.about.set('refreshedAt', clock.now())
  }

  private table(): { get(key: string): Row | undefined } {
    const refreshedAt = this.about.get('refreshedAt')
    if (typeof refreshedAt !== 'number') return this.given
    const { config, clock } = this.context
    const isOver = config.validForMs > 0 && clock.now() - refreshedAt > config.validForMs
    return isOver ? this.given : this.refreshed
  }
}
