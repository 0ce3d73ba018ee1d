import { NodeError } from '@millrace/sdk'
import type { Hold, Message, NodeContext, Sink } from '@millrace/sdk'
import type { Press } from './voices.ts'

type Context = Pick<NodeContext, 'hold' | 'resume' | 'release' | 'fail' | 'goesOn'>

export interface SchemaGateOptions {
  /** Messages with the same name keep their order, and wait for one another. */
  nameOf(message: Message): string
  /**
   * Why the message, which has this name, cannot be written; a promise where that is not known yet.
   * Throws what is wrong with the message itself.
   */
  problem(name: string, message: Message): NodeError | Promise<void> | undefined
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
    // What comes meanwhile stands at its end.
    for (let [at, one] = [0, all[0]]; one !== undefined; at += 1, one = all[at]) {
      const problem = problemOf(options, name, one.message)
      // One may need several schemas, and another one than those before it.
      if (problem instanceof Promise) {
        all.splice(0, at)
        return void problem.then(() => giveOn(name))
      }
      pass(one, problem)
    }
    waiting.delete(name)
    if (waiting.size === 0) options.press(false)
  }

  const pass = ({ message, hold }: Waiting, problem: Error | undefined): void => {
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
      const problem = others === undefined ? options.problem(name, message) : undefined
      if (problem instanceof NodeError) throw problem
      if (problem === undefined && others === undefined) return inner.onMessage(message, input)
      const held = { message, hold: context.hold() }
      if (others !== undefined) return void others.push(held)
      waiting.set(name, [held])
      options.press(true)
      void problem?.then(() => giveOn(name))
    },
    close: () => {
      const error = closed()
      for (const { hold } of [...waiting.values()].flat()) context.release(hold, error)
      waiting.clear()
      return inner.close?.()
    },
  }
}

/** The same, whether it is thrown or not. */
function problemOf({ problem }: SchemaGateOptions, name: string, message: Message) {
  try {
    return problem(name, message)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function closed(): NodeError {
  return new NodeError('SCHEMA_CLOSED', 'The node was closed before the schema was known.')
}
