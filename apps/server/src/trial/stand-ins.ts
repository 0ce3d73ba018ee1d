import type { TestMessage } from '@millrace/flow'
import { operator, sink, source } from '@millrace/sdk'
import type { Message, NodeType } from '@millrace/sdk'
import { describe, hasErrorPort, outputPorts, timingFields } from '@millrace/sdk/descriptor'
import type { Descriptor, PortDescriptor } from '@millrace/sdk/descriptor'
import { fromPlain } from './plain-message.ts'

/** A source that is worked by hand. */
export interface HandSource {
  /** Emits by the output of that name; by the first without one. */
  emit(message: Message, port?: string): void
  end(): void
}

const look = {
  version: 1,
  summary: 'Stands in for another node.',
  category: 'observe',
  icon: 'flask-conical',
} as const

/** A test has a clock of its own: only a limit that the flow sets counts. */
const trustingFields = {
  ...timingFields,
  futureByMs: { ...timingFields.futureByMs, default: 0 },
}

export function handSource(
  type: string,
  outputs: readonly PortDescriptor[],
  onStart: (source: HandSource) => void,
): NodeType {
  const descriptor = describe({
    ...look,
    type,
    kind: 'source',
    title: 'By hand',
    inputs: [],
    outputs,
    fields: trustingFields,
    timed: true,
  })
  return source(descriptor, (context) => {
    const emits: Readonly<Record<string, (message: Message) => void>> = context.emit
    const first = outputs[0]?.name ?? 'out'
    return {
      start: () =>
        onStart({
          emit: (message, port = first) => {
            context.deliver(
              () => emits[port]?.(message),
              () => undefined,
            )
          },
          end: () => context.end(),
        }),
    }
  })
}

/** Takes the place of a sink: what would leave the flow is told instead. */
export function mutedSink(
  type: string,
  like: Pick<Descriptor, 'inputs' | 'title'> & { readonly outputs: readonly PortDescriptor[] },
  onMessage: (message: Message, port: string) => void,
): NodeType {
  const { inputs, outputs, title } = like
  const names = inputs.map(({ name }) => name)
  const descriptor = describe({
    ...look,
    type,
    kind: 'sink',
    title,
    inputs,
    outputs,
    fields: {},
    errorPort: true,
  })
  return sink(descriptor, () => ({
    onMessage: (message, input) => onMessage(message, names[input] ?? ''),
  }))
}

/** Takes the place of an operator that would reach outside: gives the answers in turn, or none. */
export function answering(
  type: string,
  like: { readonly descriptor: Descriptor; readonly config: Readonly<Record<string, unknown>> },
  answers: readonly TestMessage[],
): NodeType {
  const outputs = outputPorts({ ...like.descriptor, errorPort: false }, like.config)
  const descriptor = describe({
    ...look,
    type,
    kind: 'operator',
    title: like.descriptor.title,
    inputs: like.descriptor.inputs,
    outputs,
    fields: {},
    errorPort: hasErrorPort(like.descriptor),
  })
  return operator(descriptor, ({ emit }) => {
    const emits: Readonly<Record<string, (message: Message) => void>> = emit
    const first = outputs[0]?.name ?? 'out'
    let given = 0
    return {
      onMessage: (message) => {
        const answer = answers[Math.min(given, answers.length - 1)]
        given += 1
        if (answer !== undefined) emits[first]?.({ ...message, ...fromPlain(answer) })
      },
    }
  })
}
