import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { heartbeat } from './operator.ts'

const silentAfterMs = 5

interface Change {
  readonly change: string
  readonly key: string
  readonly time: number
  readonly silentForMs: number
}

describe('heartbeat tells of the gaps that are there', () => {
  it('in event time, of messages in any order, over restarts', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ time: fc.nat(60), key: fc.constantFrom('a', 'b') }) },
      { weight: 2, arbitrary: fc.record({ watermark: fc.nat(70) }) },
      { weight: 1, arbitrary: fc.constant({ restore: true } as const) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const node = run(heartbeat, { silentAfterMs, time: 'event' })
        const heard: { readonly time: number; readonly key: string }[] = []
        let watermark = -1
        for (const one of steps) {
          if ('restore' in one) node.restore(node.snapshot())
          else if ('watermark' in one) {
            if (one.watermark <= watermark) continue
            watermark = one.watermark
            node.watermark(watermark)
          } else {
            node.send({ ...one, payload: 0 })
            if (one.time > watermark) heard.push(one)
          }
        }
        for (const key of ['a', 'b']) {
          const times = heard.filter((one) => one.key === key).map(({ time }) => time)
          expect(changes(node, key)).toEqual(gaps(times, key, watermark))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('in processing time, over restarts', () => {
    const step = fc.record({
      waitMs: fc.nat(8),
      key: fc.constantFrom('a', 'b'),
      restores: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const node = run(heartbeat, { silentAfterMs }, { startMs: 100 })
        const heard: { readonly time: number; readonly key: string }[] = []
        let time = 100
        for (const { waitMs, key, restores } of steps) {
          time += waitMs
          node.advance(waitMs)
          node.send({ payload: 0, key })
          heard.push({ time, key })
          if (restores) node.restore(node.snapshot())
        }
        node.advance(20)
        for (const key of ['a', 'b']) {
          const times = heard.filter((one) => one.key === key).map((one) => one.time)
          expect(changes(node, key)).toEqual(gaps(times, key, time + 19))
        }
      }),
      { numRuns: 200 },
    )
  })
})

function changes(node: TestRun, key: string): Change[] {
  return node
    .emitted()
    .filter((message) => message.key === key && typeof message.payload === 'object')
    .map(({ payload, time = NaN }) => {
      const { change, silentForMs } = payload as Change
      return { change, key, time, silentForMs }
    })
}

/** From the definition: two messages one after the other that are too far apart. */
function gaps(heard: readonly number[], key: string, until: number): Change[] {
  const times = heard.toSorted((one, other) => one - other)
  return times.flatMap((time, index): Change[] => {
    const next = times[index + 1] ?? Infinity
    if (next < time + silentAfterMs) return []
    const at = time + silentAfterMs
    const silent = { change: 'silent', key, time: at, silentForMs: silentAfterMs }
    const back = { change: 'back', key, time: next, silentForMs: next - time }
    return [...(at - 1 <= until ? [silent] : []), ...(next <= until ? [back] : [])]
  })
}
