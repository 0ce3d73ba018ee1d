import { sink } from '@millrace/sdk'
import type { Message, NodeContext, Sink } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

type Context = NodeContext<typeof descriptor>

/** How often the number on the node changes. */
const countEveryMs = 500

export const debug = sink(descriptor, (context) => {
  const show = shower(context)
  return context.config.count ? counting(context, show) : { onMessage: show }
})

function shower(context: Context): (message: Message) => void {
  const { expression, shows } = context.config
  const part = partOf(shows, expression)
  return (message) => {
    if (context.isWatched()) context.report({ kind: 'debug', message: part(message), shows })
  }
}

function partOf(
  shows: Context['config']['shows'],
  expression: Context['config']['expression'],
): (message: Message) => unknown {
  switch (shows) {
    case 'payload':
      return (message) => message.payload
    case 'message':
      return (message) => message
    case 'expression':
      return expression
  }
}

function counting(context: Context, show: (message: Message) => void): Sink {
  let count = 0
  let shown = -1
  const tell = (): void => {
    if (count === shown) return
    shown = count
    context.status({ state: 'ok', text: count === 1 ? '1 message' : `${count} messages` })
  }
  const timer = context.timers.every(countEveryMs, tell)
  return {
    onMessage(message) {
      count += 1
      show(message)
    },
    close() {
      timer.cancel()
      tell()
    },
  }
}
