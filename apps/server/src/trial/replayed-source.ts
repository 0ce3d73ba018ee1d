import type { NodeType, Source, SourceContext } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'

/** Gives a source a record that it once took in, at the present time of the trial. */
export type ReplayRecord = (record: Uint8Array, takenAt: number) => void

/**
 * The source itself, cut off from the outside: it makes messages of the records that it is given,
 * just as it does after a crash. Undefined where the type is no source.
 */
export function replayedSource(
  type: NodeType | undefined,
  name: string,
  onReady: (replay: ReplayRecord) => void,
): NodeType | undefined {
  if (type === undefined || !('create' in type)) return undefined
  // The union of node types erases descriptors.
  const descriptor: Descriptor = { ...(type.descriptor as Descriptor), type: name }
  return {
    descriptor,
    create: (context: SourceContext) => {
      const intake: SourceContext['intake'] = {
        isDurable: true,
        take: () => undefined,
        recall: () => undefined,
        onReplay: (run) =>
          onReady((record, takenAt) =>
            context.deliver(
              () => run(record, takenAt),
              () => undefined,
            ),
          ),
      }
      // Only a source is asked for here, by its kind.
      return (type.create as (context: SourceContext) => Source)({ ...context, intake })
    },
  }
}

/** Stands in for what a connection opens: whatever is asked of it is done, and nothing happens. */
export function mutedConnection(descriptor: Descriptor): NodeType {
  return {
    descriptor: { ...descriptor, fields: {} },
    open: () => ({ handle: muted(), close: () => undefined }),
  }
}

function muted(): object {
  const nothing: object = new Proxy(() => undefined, {
    get: (_target, name) => (name === 'then' ? undefined : nothing),
    apply: () => nothing,
  })
  return new Proxy(
    {},
    { get: (_target, name) => (name === 'then' ? undefined : nothing), has: () => true },
  )
}
