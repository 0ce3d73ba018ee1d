import type { Expression, KeyedState, Message, NodeContext, Operator } from '@millrace/sdk'
import type { ConfigOfFields } from '@millrace/sdk/descriptor'
import { eventTime } from '../time/event-time.ts'
import { joinKey } from './join-key.ts'
import type { JoinKey } from './join-key.ts'
import type { matchFields, resultFields } from './pair-fields.ts'
import { pairMessages } from './pair-message.ts'
import type { Pair } from './pair-message.ts'
import { WaitingMessages } from './waiting-messages.ts'
import type { Side, Waiting } from './waiting-messages.ts'

/** A way to join: keeps what waits and says which messages belong together. */
export interface Join {
  /** Goes on from what is stored; to be called once, before anything else. */
  takeUp(watermark: number): void
  /** Takes a message; false when it is late, and was not taken. */
  add(side: Side, message: Message, time: number): boolean
  /** Event time has come this far. */
  advance(watermark: number): void
}

export interface JoinParts {
  readonly waiting: WaitingMessages
  readonly keyOf: (side: Side, message: Message) => JoinKey | null
  /** Whether messages of the left and right side leave without a partner, too. */
  readonly isOuter: readonly [boolean, boolean]
  readonly onPair: (pair: Pair) => void
}

type JoinConfig = ConfigOfFields<typeof matchFields & typeof resultFields>
type Context = Pick<NodeContext, 'state'> & {
  readonly config: JoinConfig
  readonly emit: { readonly out: (message: Message) => void; readonly late: (m: Message) => void }
}

export interface JoinMaking {
  /** What stored messages must have in common with the configuration to be of use. */
  readonly shape: string
  readonly open: (parts: JoinParts) => Join
}

/** What all joins of two streams share. State is taken up at the first use, when it is restored. */
export class JoinOperator implements Operator {
  private readonly context: Context
  private readonly making: JoinMaking
  private readonly join: Join
  private readonly stored: KeyedState<Waiting>
  private readonly about: KeyedState<unknown>
  private isReady = false

  constructor(context: Context, making: JoinMaking) {
    const { config, state, emit } = context
    this.context = context
    this.making = making
    this.stored = state.map('waiting')
    this.about = state.map('about')
    const messageOf = pairMessages(config)
    this.join = making.open({
      waiting: new WaitingMessages(this.stored, config.messagesMax),
      keyOf: keysOf(config),
      isOuter: [isOneOf(config.join, 'left'), isOneOf(config.join, 'right')],
      onPair: (pair) => emit.out(messageOf(pair)),
    })
  }

  onMessage(message: Message, input: number): void {
    this.ready()
    const side = input === 0 ? 0 : 1
    if (!this.join.add(side, message, eventTime(message))) this.context.emit.late(message)
  }

  onWatermark(time: number): void {
    this.ready()
    // Stored first, so that after a restart nothing is told twice.
    this.about.set('watermark', time)
    this.join.advance(time)
  }

  onEnd(): void {
    this.ready()
    this.join.advance(Infinity)
  }

  private ready(): void {
    if (this.isReady) return
    this.isReady = true
    if (this.about.get('shape') !== this.making.shape) {
      this.stored.clear()
      this.about.clear()
      this.about.set('shape', this.making.shape)
    }
    const watermark = this.about.get('watermark')
    this.join.takeUp(typeof watermark === 'number' ? watermark : -Infinity)
  }
}

function keysOf({ leftKey, rightKey }: JoinConfig): JoinParts['keyOf'] {
  const keys: readonly [Expression, Expression] = [leftKey, rightKey ?? leftKey]
  return (side, message) => joinKey(keys[side](message))
}

function isOneOf(join: JoinConfig['join'], side: 'left' | 'right'): boolean {
  return join === side || join === 'full'
}
