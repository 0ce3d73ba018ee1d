import { ReadLater, SchemaReader } from '@millrace/schemas'
import type { NodeError, SourceContext } from '@millrace/sdk'
import type { StatusBoard } from '../link/status-board.ts'
import { messageOf } from './arrival-message.ts'
import type { mqttInDescriptor } from './descriptor.ts'
import { readBytes } from './read-payload.ts'
import { WaitingArrivals } from './waiting-arrivals.ts'
import type { TryEmit } from './waiting-arrivals.ts'

type Context = SourceContext<typeof mqttInDescriptor>

/** Makes messages of what came by schemas of a registry, which may have to be asked for first. */
export function registryEmitter(context: Context, board: StatusBoard): WaitingArrivals {
  const { config, emit, fail, log } = context
  let said = ''
  const reader = new SchemaReader(config, (error: NodeError) => {
    if (said === error.message) return
    said = error.message
    context.goesOn()
    board.own({ state: 'error', text: error.message.slice(0, 200) })
    log.warn(error.message, { code: error.code })
  })
  const tryEmit: TryEmit = (arrival) => {
    const { bytes, start, end } = arrival
    let payload: unknown
    try {
      payload = reader.read(bytes.subarray(start, end))
    } catch (error) {
      fail(error, messageOf(arrival, readBytes(bytes, start, end)))
      return undefined
    }
    if (payload instanceof ReadLater) return payload
    if (said !== '') board.own(undefined)
    said = ''
    emit.out(messageOf(arrival, payload))
    return undefined
  }
  return new WaitingArrivals(context, tryEmit)
}
