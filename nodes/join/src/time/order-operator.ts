import type { Message, NodeContext, Operator } from '@millrace/sdk'
import type { ConfigOfFields } from '@millrace/sdk/descriptor'
import { InOrder } from './in-order.ts'
import type { orderFields } from './order-fields.ts'

type Context = Pick<NodeContext, 'state'> & {
  readonly config: ConfigOfFields<typeof orderFields>
  readonly emit: { readonly out: (message: Message) => void; readonly late: (m: Message) => void }
}

/** What sorts one stream, or several into one: they differ in their inputs alone. */
export function orderOperator({ config, state, emit }: Context): Operator {
  const inOrder = new InOrder({
    waiting: state.map('waiting'),
    about: state.map('about'),
    max: config.messagesMax,
    onTurn: emit.out,
    onLate: emit.late,
  })
  return {
    onMessage: (message, input) => inOrder.add(message, input),
    onWatermark: (time) => inOrder.advance(time),
    onEnd: () => inOrder.advance(Infinity),
  }
}
