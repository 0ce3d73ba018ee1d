import type { FlowTestCase, FlowTestStep, TestMessage, Wire } from '@millrace/flow'
import type { TappedMessage } from '../live/index.ts'
import { messageOf } from '../values/index.ts'

export interface CaseMaterial {
  readonly node: string
  /** What the person calls it. */
  readonly name: string
  /** Whether nothing can be given to it: then it is a source, and gives itself. */
  readonly isSource: boolean
  readonly isStateful: boolean
  readonly wires: readonly Wire[]
  /** Messages seen at a port (`node:port`), oldest first. */
  readonly seen: (port: string) => readonly TappedMessage[]
  /** The node's own outputs, and inputs where it is a sink. */
  readonly expected: readonly { readonly node: string; readonly port: string }[]
}

const stepsMax = 50

/**
 * A case from what a tap shows: the messages that reached a node, or left a source, as they came.
 * What is to be expected is filled in by the first run. Undefined where nothing was seen.
 */
export function caseFromTaps(material: CaseMaterial): FlowTestCase | undefined {
  const { node, name, isSource, isStateful, wires, seen, expected } = material
  const into = wires.filter(({ to }) => to.node === node)
  const steps = isSource
    ? [
        ...new Set(wires.filter(({ from }) => from.node === node).map(({ from }) => from.port)),
      ].flatMap((port) => stepsFrom(seen(`${node}:${port}`), { node, port }))
    : into.flatMap(({ from, to }) =>
        stepsFrom(seen(`${from.node}:${from.port}`), { node, port: to.port }),
      )
  if (steps.length === 0) return undefined
  const ordered = steps.toSorted((one, other) => one.time - other.time).slice(-stepsMax)
  return {
    name: `${name}, as seen`,
    startMs: Math.floor(ordered[0]?.time ?? 0),
    // What keeps state tells the rest of it at the end.
    steps: [...ordered.map(({ step }) => step), ...(isStateful ? [{ end: true } as const] : [])],
    expect: expected.map((place) => ({ ...place, messages: [] })),
  }
}

interface Timed {
  readonly time: number
  readonly step: FlowTestStep
}

/** Messages that were too long to be shown whole are left out. */
function stepsFrom(
  messages: readonly TappedMessage[],
  place: { readonly node: string; readonly port: string },
): readonly Timed[] {
  return messages.flatMap(({ time, value }) => {
    const message = value.isCut ? undefined : messageOf(value)
    if (message === undefined) return []
    const plain: TestMessage = message
    return [{ time, step: { ...place, message: plain } }]
  })
}
