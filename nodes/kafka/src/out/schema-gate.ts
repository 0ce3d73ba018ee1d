import type { Hold, Message, NodeContext, Sink } from '@millrace/sdk'
import type { kafkaOutDescriptor } from './descriptor.ts'
import { closed } from './batch-writer.ts'
import type { SubjectEncoders } from '../registry/subject-encoders.ts'

type Context = NodeContext<typeof kafkaOutDescriptor>

/** Holds messages until the schema of their topic is known, then gives them on in order. */
export function schemaGate(context: Context, encoders: SubjectEncoders, inner: Sink): Sink {
  const waiting = new Map<string, { readonly message: Message; readonly hold: Hold }[]>()

  const giveOn = (topic: string): void => {
    const all = waiting.get(topic) ?? []
    waiting.delete(topic)
    context.goesOn()
    for (const { message, hold } of all) {
      context.resume(hold, () => {
        try {
          const problem = encoders.problem(topic)
          if (problem instanceof Error) throw problem
          inner.onMessage(message, 0)
        } catch (error) {
          context.fail(error, message)
        }
      })
      context.release(hold)
    }
  }

  return {
    ...inner,
    onMessage: (message, input) => {
      const topic = context.config.topic(message)
      const others = waiting.get(topic)
      const problem = others === undefined ? encoders.problem(topic) : undefined
      if (problem instanceof Error) throw problem
      if (problem === undefined && others === undefined) return inner.onMessage(message, input)
      const held = { message, hold: context.hold() }
      if (others !== undefined) return void others.push(held)
      waiting.set(topic, [held])
      void problem?.then(() => giveOn(topic))
    },
    close: () => {
      for (const { hold } of [...waiting.values()].flat()) context.release(hold, closed())
      waiting.clear()
      return inner.close?.()
    },
  }
}
