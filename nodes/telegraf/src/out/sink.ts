import { lineEncoder, pointLine } from '@millrace/formats'
import { NodeError, sink } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { batchingSink } from '@millrace/web'
import type { Listener } from '../listener/listener.ts'
import { telegrafOutDescriptor } from './descriptor.ts'

type Config = NodeContext<typeof telegrafOutDescriptor>['config']

export const telegrafOut = sink(telegrafOutDescriptor, (context) => {
  const { config } = context
  const listener = asListener(config.listener)
  const lineOf = lineReader(config, listener)
  return batchingSink<string>(context, {
    read: (message) => {
      const content = lineOf(message)
      return { content, bytes: content.length + 1 }
    },
    send: (lines) => listener.write(lines),
    where: listener.where,
    limits: { ...config, bufferBytes: bufferBytesMax },
  })
})

const bufferBytesMax = 268_435_456

function lineReader(config: Config, { precision }: Listener): (message: Message) => string {
  if (config.from === 'mapping') return lineEncoder({ ...config, precision })
  return ({ payload, time }) => pointLine(withTime(payload, time), precision)
}

/** Never let a server stamp the time: the same message must make the same point. */
function withTime(payload: unknown, time: number | undefined): unknown {
  if (typeof payload !== 'object' || payload === null) return payload
  const own = 'time' in payload ? payload.time : undefined
  if (own !== undefined && own !== null) return payload
  if (time !== undefined) return { ...payload, time }
  throw new NodeError('TELEGRAF_NO_TIME', 'Neither the point nor the message has a time.')
}

/** The handle of a `telegraf/connection`, which is what the descriptor lets the field refer to. */
function asListener(handle: unknown): Listener {
  if (typeof handle === 'object' && handle !== null && 'write' in handle) return handle as Listener
  throw new NodeError('TELEGRAF_NO_LISTENER', 'Choose a Telegraf listener.')
}
