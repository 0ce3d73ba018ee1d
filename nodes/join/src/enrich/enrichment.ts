import type { Expression, Message, NodeContext } from '@millrace/sdk'
import { joinKey } from '../pairing/join-key.ts'
import type { JoinKey } from '../pairing/join-key.ts'
import type { descriptor } from './descriptor.ts'
import { Versions } from './versions.ts'

export type EnrichContext = NodeContext<typeof descriptor>

/** What both kinds of enrichment share: the values, and what a message leaves with. */
export class Enrichment {
  readonly versions: Versions
  private readonly context: EnrichContext
  private readonly tableKey: Expression
  private readonly shape: string

  constructor(context: EnrichContext, shape: 'arrival' | 'event') {
    const { config, state } = context
    this.context = context
    this.shape = shape
    this.tableKey = config.tableKey ?? config.key
    this.versions = new Versions(state.map('versions'), config)
  }

  /** Goes on from stored state. Times of arrival and event times have nothing to do with each other. */
  takeUp(): void {
    const { state } = this.context
    const about = state.map('about')
    if (about.get('shape') !== this.shape) {
      for (const name of ['versions', 'waiting', 'about']) state.map(name).clear()
      about.set('shape', this.shape)
    }
    this.versions.takeUp()
  }

  keyOf(message: Message): JoinKey | null {
    return joinKey(this.context.config.key(message))
  }

  /** Takes a value from the other stream; one without a key is of no use. */
  takeValue(message: Message, time: number, needsFrom: number): JoinKey | null {
    const key = joinKey(this.tableKey(message))
    const value = this.context.config.value(message) ?? null
    if (key !== null) this.versions.put(key, { time, value }, needsFrom)
    return key
  }

  /** Sends the message on with the value that held at the time. */
  send(message: Message, key: JoinKey | null, time: number): void {
    const { config, emit } = this.context
    const value = key === null ? null : this.versions.at(key, time)
    if (value !== null) emit.out(config.target.set(message, value))
    else if (config.onMissing === 'port') emit.missing(message)
    else emit.out(message)
  }
}
