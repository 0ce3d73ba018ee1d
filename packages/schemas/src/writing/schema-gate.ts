import { NodeError } from '@millrace/sdk'
import type { Hold, Message, NodeContext, Sink } from '@millrace/sdk'
import type { Press } from './voices.ts'

type Context = Pick<NodeContext, 'hold' | 'resume' | 'release' | 'fail' | 'goesOn'>

export interface SchemaGateOptions {
  /** Messages with the same name keep their order, and wait for one another. */
  nameOf(message: Message): string
  /** Why what has this name cannot be written; a promise where that is not known yet. */
  problem(name: string): NodeError | Promise<void> | undefined
  /** While messages wait no more shall come. */
  readonly press: Press
}

interface Waiting {
  readonly message: Message
  readonly hold: Hold
}

/** Holds messages until the schema for them is known, then gives them on in order. */
export function schemaGate(context: Context, options: SchemaGateOptions, inner: Sink): Sink {
  const waiting = new Map<string, Waiting[]>()

  const giveOn = (name: string): void => {
    const all = waiting.get(name) ?? []
    context.goesOn()
    // One may need several schemas, of which one is known now.
    const problem = options.problem(name)
    if (problem instanceof Promise) return void problem.then(() => giveOn(name))
    waiting.delete(name)
    for (const one of all) pass(one, problem)
    if (waiting.size === 0) options.press(false)
  }

  const pass = ({ message, hold }: Waiting, problem: NodeError | undefined): void => {
    context.resume(hold, () => {
      try {
        if (problem !== undefined) throw problem
        inner.onMessage(message, 0)
      } catch (error) {
        context.fail(error, message)
      }
    })
    context.release(hold)
  }

  return {
    ...inner,
    onMessage: (message, input) => {
      const name = options.nameOf(message)
      const others = waiting.get(name)
      const problem = others === undefined ? options.problem(name) : undefined
      if (problem instanceof NodeError) throw problem
      if (problem === undefined && others === undefined) return inner.onMessage(message, input)
      const held = { message, hold: context.hold() }
      if (others !== undefined) return void others.push(held)
      waiting.set(name, [held])
      options.press(true)
      void problem?.then(() => giveOn(name))
    },
    close: () => {
      const error = new NodeError(
        'SCHEMA_CLOSED',
        'The node was closed before the schema was known.',
      )
      for (const { hold } of [...waiting.values()].flat()) context.release(hold, error)
      waiting.clear()
      return inner.close?.()
    },
  }
}
