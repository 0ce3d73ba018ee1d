import { NodeError, sink } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import { textOfKey } from '../key-text.ts'
import { descriptor } from './descriptor.ts'
import { Thinning } from './thinning.ts'

/** At most this many lines; messages for more leave by the error port. */
const seriesMax = 100
/** A line takes one point in each stretch of this length. */
const pointEveryMs = 100

export const chart = sink(descriptor, (context) => {
  const { value, series } = context.config
  const seriesOf = (message: Message): string =>
    textOfKey(series === undefined ? (message.key ?? message.topic) : series(message))
  const thinning = new Thinning({
    everyMs: pointEveryMs,
    seriesMax,
    clock: context.clock,
    timers: context.timers,
    report: ({ name, time, value: number }) =>
      context.report({ kind: 'point', series: name, time, value: number }),
  })
  return {
    onMessage(message) {
      const number = value(message)
      if (number === null || !Number.isFinite(number)) {
        throw new NodeError('CHART_NO_NUMBER', 'The message has no number to plot.')
      }
      const time = message.time ?? context.clock.now()
      if (thinning.add({ name: seriesOf(message), time, value: number })) return
      throw new NodeError('CHART_TOO_MANY_LINES', `The chart has ${seriesMax} lines already.`)
    },
    flush: () => thinning.flush(),
    close: () => thinning.flush(),
  }
})
