import type { Message, NodeType } from '@millrace/sdk'
import { operator, sink } from '@millrace/sdk'
import { describe } from '@millrace/sdk/descriptor'

const look = {
  version: 1,
  title: 'Test',
  summary: 'For tests of what outlives a crash.',
  category: 'transform',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
  fields: { tag: { kind: 'text', label: 'Tag', default: '' } },
} as const

/** Messages that asynchronous nodes hold until the test lets go of them. */
export interface Waiting {
  readonly node: string
  readonly message: Message
  /** Passes the message on, or says that it is written. */
  finish(): void
}

/**
 * `test/count` counts messages by key and emits each with its number; `test/later` passes them on
 * when the test says so, and so does `test/pressing`, which presses while it holds two; `test/write` is
 * a sink that takes as long.
 */
export function createDurableNodes(waiting: Waiting[]): readonly NodeType[] {
  const [later, pressing] = [laterType(waiting, 'later'), laterType(waiting, 'pressing', 2)]
  return [countType, later, pressing, writeType(waiting)]
}

const countType = operator(
  describe({
    ...look,
    type: 'test/count',
    kind: 'operator',
    outputs: [{ name: 'out', title: 'Out' }],
    stateful: true,
  }),
  ({ state, emit }) => {
    const counts = state.map<number>('counts')
    return {
      onMessage: (message) => {
        const key = message.key ?? ''
        const count = (counts.get(key) ?? 0) + 1
        counts.set(key, count)
        emit.out({ ...message, count })
      },
    }
  },
)

function laterType(waiting: Waiting[], name: string, pressesFrom = Infinity): NodeType {
  return operator(
    describe({
      ...look,
      type: `test/${name}`,
      kind: 'operator',
      outputs: [{ name: 'out', title: 'Out' }],
    }),
    ({ id, hold, resume, release, emit, pressure }) => {
      let count = 0
      const counted = (by: number): void => {
        count += by
        pressure(count >= pressesFrom)
      }
      return {
        onMessage: (message) => {
          const held = hold()
          counted(1)
          const finish = (): void => {
            resume(held, () => emit['out']?.(message))
            release(held)
            counted(-1)
          }
          waiting.push({ node: id, message, finish })
        },
      }
    },
  )
}

function writeType(waiting: Waiting[]): NodeType {
  return sink(
    describe({ ...look, type: 'test/write', kind: 'sink', outputs: [] }),
    ({ id, hold, release }) => ({
      onMessage: (message) => {
        const held = hold()
        waiting.push({ node: id, message, finish: () => release(held) })
      },
    }),
  )
}
