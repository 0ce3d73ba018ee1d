import { ReadLater, SchemaReader, voices, WaitingLine } from '@millrace/schemas'
import { NodeError, operator } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { closed } from '../registry/closed.ts'
import { kafkaDecodeDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof kafkaDecodeDescriptor>

export const kafkaDecode = operator(kafkaDecodeDescriptor, (context) => {
  const { config, emit } = context
  const trouble = troubleShower(context)
  const reader = new SchemaReader(config, trouble.tell)
  let read: unknown
  const line = new WaitingLine(context, {
    missing: (message) => {
      read = reader.read(bytesIn(config, message))
      return read instanceof ReadLater ? read.until.then(trouble.end) : undefined
    },
    // Always right behind `missing`.
    pass: (message) => emit.out(config.to.set(message, read)),
    press: voices(context.pressure)(),
  })
  return {
    onMessage: (message) => line.onMessage(message),
    close: () => line.close(closed()),
  }
})

function bytesIn({ from }: Context['config'], message: Message): Buffer {
  const value = from.get(message)
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  const text = `At ${from.source} are no bytes. Let the node that brings them read its payload as binary.`
  throw new NodeError('SCHEMA_NO_BYTES', text)
}

/** Says on the card what keeps a schema away, and that it is over. */
function troubleShower({ status, log, goesOn }: Context): {
  readonly tell: (error: NodeError) => void
  readonly end: () => void
} {
  let said = ''
  return {
    tell: (error) => {
      if (said === error.message) return
      said = error.message
      goesOn()
      status({ state: 'error', text: error.message.slice(0, 200) })
      log.warn(error.message, { code: error.code })
    },
    end: () => {
      if (said === '') return
      goesOn()
      said = ''
      status({ state: 'ok', text: '' })
    },
  }
}
