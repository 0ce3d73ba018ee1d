import type { Message, NodeType, SourceContext } from '@millrace/sdk'
import { sink, source } from '@millrace/sdk'
import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'
import type { Fields } from '@millrace/sdk/descriptor'

/** A source that a test works by hand, by the id of its node. */
export interface TestSource {
  /** Emits as one batch and gives how it was settled. */
  emit(...messages: readonly Message[]): TestDelivery
  /** Takes messages in as one record of its intake, and gives how that was acknowledged. */
  take(...messages: readonly Message[]): TestDelivery
  watermark(time: number): void
  expect(like: Message, isExpected: boolean): void
  end(): void
  readonly isPaused: boolean
  readonly isStopped: boolean
}

export interface TestDelivery {
  readonly settled: number
  readonly error: unknown
}

/** A message that reached a sink. */
export interface Received {
  readonly node: string
  readonly port: string
  readonly message: Message
}

/** Sources that a test drives and sinks that remember; `nodeTypes` goes to the host. */
export interface TestNodes {
  readonly nodeTypes: readonly NodeType[]
  readonly received: Received[]
  source(node: string): TestSource
}

const look = {
  version: 1,
  summary: 'For tests of whole flows.',
  category: 'observe',
  icon: 'flask-conical',
} as const

/**
 * `test/source` has the timing fields; `test/intake` has an ingest log as well; `test/sink` takes messages by `in`.
 */
export function createTestNodes(intakeType = 'test/intake'): TestNodes {
  const sources = new Map<string, TestSource>()
  const received: Received[] = []
  const find = (node: string): TestSource => {
    const found = sources.get(node)
    if (found === undefined) throw new Error(`There is no running test source "${node}".`)
    return found
  }
  return {
    nodeTypes: [
      sourceType(sources, { type: 'test/source' }),
      sourceType(sources, { type: intakeType, fields: overflowFields, usesIntake: true }),
      sinkType(received),
    ],
    received,
    source: find,
  }
}

/** A source with a name and fields of one's own, such as one that stands in for a real source. */
export function sourceType(
  sources: Map<string, TestSource>,
  given: {
    readonly type: string
    readonly fields?: Fields
    readonly outputs?: readonly string[]
    /** Whether `take` can be used: the source replays its log at the start. */
    readonly usesIntake?: boolean
  },
): NodeType {
  const { type, outputs = ['out'] } = given
  // The clock of a test need not be that of its messages.
  const futureByMs = { ...timingFields.futureByMs, default: 0 }
  const fields: Fields = { ...timingFields, futureByMs, ...given.fields }
  const descriptor = describe({
    ...look,
    type,
    kind: 'source',
    title: 'Test source',
    inputs: [],
    outputs: outputs.map((name) => ({ name, title: name })),
    fields,
    timed: true,
  })
  return source(descriptor, (context) => {
    const made = drivenSource(context, given.usesIntake === true)
    sources.set(context.id, made.source)
    return made.behaviour
  })
}

function drivenSource(context: SourceContext, usesIntake: boolean) {
  const state = { isPaused: false, isStopped: false }
  const emit = Object.values(context.emit)[0]
  const source: TestSource = {
    emit: (...messages) => {
      const delivery = { settled: 0, error: undefined as unknown }
      context.deliver(
        () => {
          for (const message of messages) emit?.(message)
        },
        (error) => {
          delivery.settled += 1
          delivery.error = error
        },
      )
      return delivery
    },
    take: (...messages) => {
      const delivery = { settled: 0, error: undefined as unknown }
      const run = (): void => {
        for (const message of messages) emit?.(message)
      }
      context.intake.take(new TextEncoder().encode(JSON.stringify(messages)), run, (error) => {
        delivery.settled += 1
        delivery.error = error
      })
      return delivery
    },
    watermark: context.watermark,
    expect: context.expect,
    end: context.end,
    get isPaused() {
      return state.isPaused
    },
    get isStopped() {
      return state.isStopped
    },
  }
  const behaviour = {
    start: () => {
      if (!usesIntake) return
      context.intake.onReplay((record) => {
        // Written by `take` above.
        const messages = JSON.parse(new TextDecoder().decode(record)) as readonly Message[]
        for (const message of messages) emit?.(message)
      })
    },
    pause: () => void (state.isPaused = true),
    resume: () => void (state.isPaused = false),
    stop: () => void (state.isStopped = true),
  }
  return { source, behaviour }
}

function sinkType(received: Received[]): NodeType {
  const descriptor = describe({
    ...look,
    type: 'test/sink',
    kind: 'sink',
    title: 'Test sink',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [],
    fields: {},
  })
  return sink(descriptor, ({ id }) => ({
    onMessage: (message) => void received.push({ node: id, port: 'in', message }),
  }))
}
