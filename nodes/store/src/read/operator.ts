import { NodeError, operator } from '@millrace/sdk'
import type { Hold, Message, NodeContext } from '@millrace/sdk'
import { StoreReader, toStoreError } from '@millrace/store'
import type { RowsAnswer } from '@millrace/store'
import { storeFolder } from '../place/store-place.ts'
import { storeReadDescriptor } from './descriptor.ts'
import { queryMaker } from './query-of.ts'

type Context = NodeContext<typeof storeReadDescriptor>

const [withinMs, idleMs, waitingMax] = [30_000, 60_000, 10_000]
/** With so many queries waiting the flow is slowed. */
const pressureFrom = 16

export const storeRead = operator(storeReadDescriptor, (context) => {
  const queryOf = queryMaker(context.config, context)
  const { timers } = context
  const folder = storeFolder(process.env)
  const reader = new StoreReader({ folder, timers, withinMs, idleMs, waitingMax })
  let waiting = 0
  const count = (by: number): void => {
    waiting += by
    if (by > 0 && waiting === pressureFrom) context.pressure(true)
    if (by < 0 && waiting === pressureFrom - 1) context.pressure(false)
  }
  return {
    onMessage: (message) => {
      // What is wrong with the message itself shows before it waits.
      const query = queryOf(message)
      const hold = context.hold()
      count(1)
      reader.rows(query).then(
        (answer) => {
          count(-1)
          pass(context, { hold, message, answer })
        },
        (error: unknown) => {
          count(-1)
          refuse(context, { hold, message, error })
        },
      )
    },
    close: () => reader.close(),
  }
})

interface Read {
  readonly hold: Hold
  readonly message: Message
  readonly answer: RowsAnswer
}

function pass(context: Context, { hold, message, answer: { rows, isMore } }: Read): void {
  const { config, emit } = context
  const about = { ...message, isTruncated: isMore }
  context.resume(hold, () => {
    if (config.output === 'list') emit.out({ ...about, payload: rows })
    else for (const row of rows) emit.out({ ...about, payload: row, time: row.time })
  })
  context.release(hold)
}

interface Failed {
  readonly hold: Hold
  readonly message: Message
  readonly error: unknown
}

function refuse(context: Context, { hold, message, error }: Failed): void {
  const { code, message: text } = toStoreError(error)
  // Ends with the node: neither answered nor refused.
  const isClosed = code === 'STORE_CLOSED'
  const told = new NodeError(code, text)
  if (!isClosed) context.resume(hold, () => context.fail(told, message))
  if (isClosed) context.release(hold, told)
  else context.release(hold)
}
