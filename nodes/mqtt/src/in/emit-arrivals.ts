import { formatSettings, isFormat, openDecoder } from '@millrace/formats'
import type { FormatName } from '@millrace/formats'
import type { SourceContext } from '@millrace/sdk'
import { messageOf } from './arrival-message.ts'
import type { EmitArrival } from './arrival-message.ts'
import type { mqttInDescriptor } from './descriptor.ts'
import { payloadReader, readBytes } from './read-payload.ts'
import type { ReadPayload } from './read-payload.ts'

type Context = SourceContext<typeof mqttInDescriptor>

/** Makes messages of what came, at once, as the payload format of the node says. */
export function emitterOf(context: Context): EmitArrival {
  const { charset, compression, format } = context.config
  // A hidden choice keeps its value.
  const isPlain =
    format === 'auto' || (compression === 'none' && (format !== 'text' || charset === 'utf-8'))
  const read = isPlain ? payloadReader(format) : undefined
  if (read !== undefined) return plainEmitter(context, read)
  return decodedEmitter(context, isFormat(format) ? format : 'json')
}

function plainEmitter({ emit, fail }: Context, read: ReadPayload): EmitArrival {
  const out = emit.out
  return (arrival) => {
    const { bytes, start, end } = arrival
    let payload: unknown
    try {
      payload = read(bytes, start, end)
    } catch (error) {
      fail(error, messageOf(arrival, readBytes(bytes, start, end)))
      return
    }
    out(messageOf(arrival, payload))
  }
}

/** By a format of which a payload may hold several values. */
function decodedEmitter({ config, emit, fail }: Context, format: FormatName): EmitArrival {
  const decode = openDecoder(formatSettings(config, { format }))
  return (arrival) => {
    const { bytes, start, end } = arrival
    let payloads: readonly unknown[]
    try {
      payloads = decode(bytes.subarray(start, end))
    } catch (error) {
      fail(error, messageOf(arrival, readBytes(bytes, start, end)))
      return
    }
    for (const payload of payloads) emit.out(messageOf(arrival, payload))
  }
}
