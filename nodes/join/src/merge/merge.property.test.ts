import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import { merge } from './operator.ts'
import { compare, steps } from '../testing/steps.ts'
import type { Event, Model } from '../testing/steps.ts'

const idOf = ({ payload }: Message): number => (payload as { id: number }).id

it('lets everything go that is not late, when time has come to it, over restarts', () => {
  fc.assert(
    fc.property(steps, (todo) => {
      compare(merge, { config: {}, model: orderModel(), todo, textOf: (one) => `${idOf(one)}` })
    }),
  )
})

it('keeps the order, loses nothing and never holds more than it may, over restarts', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), (todo, messagesMax) => {
      const node = run(merge, { messagesMax })
      const sent: number[] = []
      let watermark = -Infinity
      for (const step of todo) {
        if ('restore' in step) node.restore(node.snapshot())
        else if ('event' in step) {
          const { id, side, time } = step.event
          sent.push(id)
          node.send({ payload: { id }, time }, side)
        } else if (step.watermark > watermark) node.watermark((watermark = step.watermark))
        expect((node.snapshot()['waiting'] ?? []).length).toBeLessThanOrEqual(messagesMax)
      }
      node.end()
      const times = node.emitted('out').map(({ time }) => time ?? NaN)
      expect(times).toEqual(times.toSorted((one, other) => one - other))
      const left = node.emitted().map(idOf)
      expect(left.toSorted((one, other) => one - other)).toEqual(sent)
    }),
  )
})

it('lets the first input go first where times are equal', () => {
  const node = run(merge)
  for (const [id, input] of [1, 0, 1, 0].entries()) node.send({ payload: { id }, time: 5 }, input)
  node.watermark(5)
  expect(node.emitted('out').map(idOf)).toEqual([1, 3, 0, 2])
})

function orderModel(): Model {
  let waiting: Event[] = []
  let watermark = -Infinity
  return {
    add(event) {
      if (event.time <= watermark) return null
      waiting.push(event)
      return []
    },
    advance(time) {
      watermark = time
      const due = waiting.filter((one) => one.time <= time)
      waiting = waiting.filter((one) => one.time > time)
      return due.map(({ id }) => `${id}`)
    },
  }
}
