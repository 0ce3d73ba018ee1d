import { NodeError, operator } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { closed } from '../out/batch-writer.ts'
import { frameBytes, schemaIdOf } from '../registry/frame.ts'
import { asRegistry } from '../registry/schema-registry.ts'
import { WaitingLine } from '../registry/waiting-line.ts'
import { kafkaDecodeDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof kafkaDecodeDescriptor>

export const kafkaDecode = operator(kafkaDecodeDescriptor, (context) => {
  const { config, emit } = context
  const registry = asRegistry(config.registry)
  const trouble = troubleShower(context)
  const line = new WaitingLine(context, {
    missing: (message) => {
      const id = schemaIdOf(bytesIn(config, message))
      if (registry.codec(id) !== undefined) return undefined
      return registry.learn(id, trouble.tell).then(trouble.end)
    },
    pass: (message) => {
      const bytes = bytesIn(config, message)
      const id = schemaIdOf(bytes)
      const codec = registry.codec(id)
      if (codec === undefined)
        throw new NodeError('KAFKA_NO_SCHEMA', `Schema ${id} has been forgotten; send it again.`)
      if (codec instanceof Error) throw codec
      emit.out(config.to.set(message, codec.decode(bytes.subarray(frameBytes))))
    },
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
  throw new NodeError('KAFKA_NO_BYTES', text)
}

/** Says on the card what keeps a schema away, and that it is over. */
function troubleShower({ status, log, goesOn }: Context): {
  readonly tell: (error: NodeError) => void
  readonly end: () => void
} {
  let isTroubled = false
  return {
    tell: (error) => {
      goesOn()
      isTroubled = true
      status({ state: 'error', text: error.message.slice(0, 200) })
      log.warn(error.message, { code: error.code })
    },
    end: () => {
      if (!isTroubled) return
      goesOn()
      isTroubled = false
      status({ state: 'ok', text: '' })
    },
  }
}
