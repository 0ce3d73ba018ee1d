import type { Message, NodeContext, NodeError, Sink } from '@millrace/sdk'
import { BatchSender } from './batch-sender.ts'
import type { BatchLimits } from './batch-sender.ts'
import type { SendOutcome } from './outcome.ts'

export interface BatchingOptions<Content> {
  /** Makes of a message what is sent of it. Throws for one of which nothing can be made. */
  readonly read: (message: Message) => { readonly content: Content; readonly bytes: number }
  readonly send: (batch: readonly Content[]) => Promise<SendOutcome>
  /** Completes sentences such as "Writes to …". */
  readonly where: string
  readonly limits: BatchLimits
  /** Senders that work side by side; contents with the same key stay in order. */
  readonly shards?: { readonly count: number; readonly keyOf: (content: Content) => string }
}

/** A sink that keeps each message open until the batch that it is part of has been sent. */
export function batchingSink<Content>(
  context: Pick<
    NodeContext,
    'hold' | 'resume' | 'release' | 'fail' | 'pressure' | 'status' | 'log' | 'clock' | 'timers'
  >,
  options: BatchingOptions<Content>,
): Sink {
  const { shards = { count: 1, keyOf: () => '' } } = options
  const onState = stateReporter(context, options.where)
  const pressing = new Set<number>()
  const senders = Array.from({ length: shards.count }, (_, index) => {
    const { bufferItems, bufferBytes, ...limits } = options.limits
    return new BatchSender<Content>({
      ...limits,
      bufferItems: Math.ceil(bufferItems / shards.count),
      bufferBytes: Math.ceil(bufferBytes / shards.count),
      send: options.send,
      clock: context.clock,
      timers: context.timers,
      onState,
      onPressure: (isHigh) => {
        if (isHigh) pressing.add(index)
        else pressing.delete(index)
        context.pressure(pressing.size > 0)
      },
    })
  })
  return {
    onMessage: (message) => {
      const { content, bytes } = options.read(message)
      const shard = shards.count === 1 ? 0 : hashOf(shards.keyOf(content)) % shards.count
      const hold = context.hold()
      const done = (error?: NodeError): void => {
        // A message that ends with the node is neither sent nor refused.
        if (error !== undefined && error.code !== 'WEB_CLOSED') {
          context.resume(hold, () => context.fail(error, message))
        }
        context.release(hold, error)
      }
      try {
        senders[shard]?.add({ content, bytes, done })
      } catch (error) {
        context.release(hold, error)
        throw error
      }
    },
    flush: () => senders.forEach((sender) => sender.sendNow()),
    close: () => senders.forEach((sender) => sender.close()),
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}

/** Tells a person when it changes, and the log how it began and ended. */
function stateReporter(
  { status, log }: Pick<NodeContext, 'status' | 'log'>,
  where: string,
): (error: NodeError | undefined, waiting: number) => void {
  let isFailing: boolean | undefined
  return (error, waiting) => {
    if (error !== undefined) {
      status({ state: 'error', text: `${error.message} ${waiting} messages wait.`.slice(0, 200) })
      if (isFailing !== true) log.warn(error.message, { code: error.code, waiting })
    } else if (isFailing !== false) {
      status({ state: 'ok', text: `Writes to ${where}`.slice(0, 200) })
      if (isFailing === true) log.info(`Writes to ${where} again`, { waiting })
    }
    isFailing = error !== undefined
  }
}
