import { NodeError, sink } from '@millrace/sdk'
import { pointLine } from '../line-protocol/point-line.ts'
import { PointWriter, type WriterState } from '../write/point-writer.ts'
import { influxdbOutDescriptor } from './descriptor.ts'

export const influxdbOut = sink(influxdbOutDescriptor, (context) => {
  const { config } = context
  const lineOf = pointLine(config)
  const high = Math.ceil(config.bufferPoints * 0.8)
  const low = Math.floor(config.bufferPoints * 0.5)
  let isPressing = false
  const press = (isHigh: boolean): void => {
    if (isHigh === isPressing) return
    isPressing = isHigh
    context.pressure(isHigh)
  }
  const onChange = (state: WriterState): void => {
    context.status(statusOf(state))
    if (state.waiting <= low) press(false)
  }
  const writer = new PointWriter({
    ...config,
    server: config.server,
    timers: context.timers,
    now: () => context.clock.monotonic(),
    random: Math.random,
    onChange,
  })
  context.status({ state: 'idle', text: 'nothing written yet' })
  return {
    onMessage: (message) => {
      const line = lineOf(message)
      if (writer.isFull) throw new NodeError('INFLUX_BUFFER_FULL', bufferFull)
      const hold = context.hold()
      writer.add({
        line,
        settle: (refusal) => {
          if (refusal === undefined) {
            context.release(hold)
            return
          }
          const error = new NodeError(
            'INFLUX_POINT_REFUSED',
            `${refusal} Point: ${line.slice(0, 200)}`,
          )
          context.resume(hold, () => context.fail(error, message))
          context.release(hold, error)
        },
      })
      if (writer.waiting >= high) press(true)
    },
    flush: () => writer.flush(),
    close: () => writer.close(),
  }
})

const bufferFull = 'The database takes no points, and the buffer for them is full.'

function statusOf({ waiting, written, trouble }: WriterState): {
  state: 'ok' | 'error'
  text: string
} {
  const count = (points: number): string => points.toLocaleString('en-US')
  if (trouble === undefined) return { state: 'ok', text: `${count(written)} points written` }
  return { state: 'error', text: `${trouble} ${count(waiting)} points wait.`.slice(0, 200) }
}
