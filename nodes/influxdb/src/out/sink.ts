import { NodeError, sink } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { lineEncoder } from '@millrace/formats'
import type { InfluxServer } from '../server/influx-server.ts'
import { influxdbOutDescriptor } from './descriptor.ts'
import { PointWriter } from './point-writer.ts'

type Context = NodeContext<typeof influxdbOutDescriptor>

export const influxdbOut = sink(influxdbOutDescriptor, (context) => {
  const { config } = context
  const encode = lineEncoder(config)
  const server = asServer(config.server)
  const writer = writerFor(context, server)
  return {
    onMessage: (message) => {
      const line = encode(message)
      const hold = context.hold()
      const done = (error?: NodeError): void => {
        if (error !== undefined) refuse(context, { hold, error, message })
        context.release(hold, error)
      }
      try {
        writer.add({ line, done })
      } catch (error) {
        context.release(hold, error)
        throw error
      }
    },
    flush: () => writer.writeNow(),
    close: () => writer.close(),
  }
})

function refuse(
  context: Context,
  {
    hold,
    error,
    message,
  }: { hold: ReturnType<Context['hold']>; error: NodeError; message: Message },
): void {
  // Ends with the node; the message is neither written nor refused.
  if (error.code === 'INFLUXDB_CLOSED') return
  context.resume(hold, () => context.fail(error, message))
}

function writerFor(context: Context, server: InfluxServer): PointWriter {
  const { config, clock, timers } = context
  const { precision, batchPoints, batchBytes, batchAgeMs, bufferPoints, retryForMs } = config
  const limits = { batchPoints, batchBytes, batchAgeMs, bufferPoints, retryForMs }
  return new PointWriter({
    server,
    precision,
    ...limits,
    clock,
    timers,
    onPressure: (isHigh) => context.pressure(isHigh),
    onState: stateReporter(context, server.host),
  })
}

/** Tells a person when it changes, and the log how it began and ended. */
function stateReporter(
  { status, log }: Context,
  host: string,
): (error: NodeError | undefined, waiting: number) => void {
  let isFailing: boolean | undefined
  return (error, waiting) => {
    if (error !== undefined) {
      const text = `${error.message} ${waiting} points wait.`
      status({ state: 'error', text: text.slice(0, 200) })
      if (isFailing !== true) log.warn(error.message, { code: error.code, waiting })
    } else if (isFailing !== false) {
      status({ state: 'ok', text: `Writes to ${host}` })
      if (isFailing === true) log.info(`Writes to ${host} again`, { waiting })
    }
    isFailing = error !== undefined
  }
}

/** The handle of an `influxdb/connection`, which is what the descriptor lets the field refer to. */
function asServer(handle: unknown): InfluxServer {
  if (typeof handle === 'object' && handle !== null && 'write' in handle) {
    return handle as InfluxServer
  }
  throw new NodeError('INFLUXDB_NO_SERVER', 'Choose an InfluxDB server.')
}
