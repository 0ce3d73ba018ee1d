import fc from 'fast-check'
import { it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { compare, keyOf, steps } from '../testing/steps.ts'
import type { Event, Model } from '../testing/steps.ts'
import { enrich } from './operator.ts'

it('adds the value of the time of the message, whatever comes when, over restarts', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 0, 1, 10), (todo, validForMs) => {
      compare(enrich, {
        config: { key: keyOf, value: valueOf, asOf: 'event', validForMs },
        model: temporalModel(validForMs),
        todo,
        textOf,
      })
    }),
    { numRuns: 500 },
  )
})

/** Every third message of the other stream removes its key. */
function valueOf({ payload }: Message): unknown {
  const { id } = payload as { id: number }
  return id % 3 === 0 ? null : { id }
}

function textOf({ payload, time }: Message): string {
  const { id, info } = payload as { id: number; info?: { id: number } }
  return `${id} with ${info?.id ?? '-'} at ${time}`
}

/** All values that ever came are kept. */
function temporalModel(validForMs: number): Model {
  const values: Event[] = []
  let waiting: Event[] = []
  let watermark = -Infinity
  return {
    add(event) {
      if (event.side === 1) values.push(event)
      else if (event.time <= watermark) return null
      else waiting.push(event)
      return []
    },
    advance(time) {
      watermark = time
      const due = waiting.filter((one) => one.time <= time)
      waiting = waiting.filter((one) => one.time > time)
      return due.map((one) => {
        const before = values
          .filter(({ key, time: at }) => key !== null && key === one.key && at <= one.time)
          .toSorted((left, right) => left.time - right.time || left.id - right.id)
        const value = before.at(-1)
        const isOld = value !== undefined && validForMs > 0 && one.time - value.time > validForMs
        const isNone = value === undefined || value.id % 3 === 0 || isOld
        return `${one.id} with ${isNone ? '-' : value.id} at ${one.time}`
      })
    },
  }
}
