import fc from 'fast-check'
import type { Message, OperatorType } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { run } from '@millrace/sdk/testing'
import type { TestConfig, TestRun } from '@millrace/sdk/testing'
import { expect } from 'vitest'

/** A message of a property test; its number tells it from the others. */
export interface Event {
  readonly id: number
  readonly side: 0 | 1
  readonly time: number
  readonly key: string | null
}

export type Step =
  | { readonly event: Event }
  | { readonly watermark: number }
  | { readonly restore: true }

/** What a node has to do, by its definition. */
export interface Model {
  /** What the message gives at once, in any order; null when it is late. */
  add(event: Event): readonly string[] | null
  /** What is told when event time has come so far, in any order. */
  advance(watermark: number): readonly string[]
}

/** Random messages, shuffled and often late, with watermarks and restarts between them. */
export const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          side: fc.constantFrom(0 as const, 1 as const),
          time: fc.integer({ min: -10, max: 40 }),
          key: fc.constantFrom('a', 'a', 'b', null),
        }),
      },
      { weight: 3, arbitrary: fc.record({ watermark: fc.integer({ min: -12, max: 45 }) }) },
      { weight: 1, arbitrary: fc.constant({ restore: true } as const) },
    ),
    { maxLength: 60 },
  )
  .map((list) => list.map((step, id) => ('side' in step ? { event: { id, ...step } } : step)))

/**
 * Plays the steps to a node that is restored on the way, to one that never is, and to the model: the
 * first two give the same messages in the same order, and they are those of the model. In the end
 * nothing is left behind.
 */
export function compare<D extends Descriptor>(
  type: OperatorType<D>,
  given: {
    readonly config: TestConfig<D>
    readonly model: Model
    readonly todo: readonly Step[]
    readonly textOf: (message: Message) => string
    readonly leaves?: readonly string[]
  },
): void {
  const { config, model, todo, textOf } = given
  const [node, plain] = [run(type, config), run(type, config)]
  let watermark = -Infinity
  const expectSame = (wanted: readonly string[] | null): void => {
    const [got, same] = [node.take(), plain.take()]
    expect(got).toEqual(same)
    if (wanted === null) expect(got).toHaveLength(1)
    else expect(got.map(textOf).toSorted()).toEqual(wanted.toSorted())
  }
  for (const step of todo) {
    if ('restore' in step) node.restore(node.snapshot())
    else if ('event' in step) {
      for (const one of [node, plain]) send(one, step.event)
      const wanted = model.add(step.event)
      expect(node.emitted('late')).toHaveLength(wanted === null ? 1 : 0)
      expectSame(wanted)
    } else if (step.watermark > watermark) {
      watermark = step.watermark
      for (const one of [node, plain]) one.watermark(watermark)
      expectSame(model.advance(watermark))
    }
  }
  for (const one of [node, plain]) one.end()
  expectSame(model.advance(Infinity))
  expect(node.failures()).toEqual([])
  for (const name of given.leaves ?? ['waiting']) expect(node.snapshot()[name] ?? []).toEqual([])
}

function send(node: TestRun, { id, side, time, key }: Event): void {
  node.send({ payload: { id, key }, time }, side)
}

export const keyOf = ({ payload }: Message): unknown => (payload as { key?: unknown }).key ?? null

/** A pair as text: numbers of the messages, and the time of the result. */
export function pairText(message: Message): string {
  const { left, right } = message.payload as Record<'left' | 'right', { id: number } | null>
  return text(left?.id, right?.id, message.time)
}

export function text(left: number | undefined, right: number | undefined, time?: number): string {
  return `${left ?? '-'} ${right ?? '-'} at ${time}`
}
