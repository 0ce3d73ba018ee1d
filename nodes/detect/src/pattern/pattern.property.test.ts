import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { pattern } from './operator.ts'
import { modelMatches } from './testing/brute-force.ts'
import type { ModelEvent, ModelMatch, ModelPattern, ModelStep } from './testing/brute-force.ts'

const letters = ['a', 'b', 'c', 'd']

const counts = fc.constantFrom(
  [1, 1, false],
  [1, 1, false],
  [1, Infinity, false],
  [0, 1, false],
  [2, 3, false],
  [0, 2, false],
  [1, 1, true],
) as fc.Arbitrary<readonly [number, number, boolean]>

const steps = fc
  .array(fc.tuple(counts, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((rows) =>
    rows.map(([[min, max, isAbsent], mustRise], index): ModelStep => {
      return { name: letters[index] ?? '', min, max, isAbsent, mustRise }
    }),
  )
  .filter((made) => {
    const needed = made.findIndex(({ isAbsent, min }) => isAbsent || min > 0)
    return needed >= 0 && made[needed]?.isAbsent === false
  })

const patterns: fc.Arbitrary<ModelPattern> = steps.chain((made) => {
  const taken = [...made.keys()].filter((index) => made[index]?.isAbsent === false)
  return fc.record({
    steps: fc.constant(made),
    withinMs: fc.integer({ min: 1, max: 12 }),
    isStrict: fc.boolean(),
    skip: fc.record({
      to: fc.constantFrom('pastLast', 'next', 'first', 'last'),
      step: fc.constantFrom(...taken),
    }),
  })
})

const events = fc.array(
  fc.record({
    time: fc.integer({ min: 0, max: 12 }),
    fits: fc.subarray(letters).map((some) => some.join('')),
    value: fc.integer({ min: 0, max: 3 }),
    key: fc.constantFrom('k', 'm'),
    restores: fc.boolean(),
  }),
  { maxLength: 12 },
)

describe('pattern finds what trying out every way finds', () => {
  it('of messages in any order that are not late, over restarts', () => {
    fc.assert(
      fc.property(patterns, events, fc.boolean(), (model, given, isInSteps) => {
        const node = open(model)
        for (const event of given) {
          node.send({ ...event })
          if (event.restores) node.restore(node.snapshot())
        }
        if (isInSteps) for (let time = 0; time < 30; time += 1) step(node, time)
        node.end()
        for (const key of ['k', 'm']) {
          const mine = given.filter((event) => event.key === key)
          const wanted = modelMatches(inOrder(mine), model)
          expect(found(node, key)).toEqual(wanted.map(asText).toSorted())
        }
        expect(node.failures()).toEqual([])
        expect(node.snapshot()['keys']).toEqual([])
        const times = node.emitted('out').map(({ time }) => time ?? NaN)
        expect(times).toEqual(times.toSorted((one, other) => one - other))
      }),
      { numRuns: 1500 },
    )
  })
})

/** Time goes on by one; what is told is told at this very time, so that nothing after it is late. */
function step(node: TestRun, time: number): void {
  const before = node.emitted().length
  node.watermark(time)
  for (const message of node.emitted().slice(before)) expect(message.time).toBe(time)
  node.restore(node.snapshot())
}

function open(model: ModelPattern): TestRun {
  const rows = model.steps.map(({ name, min, max, isAbsent, mustRise }) => ({
    name,
    often: isAbsent ? 'never' : 'between',
    atLeast: min,
    atMost: max === Infinity ? undefined : max,
    condition: (message: Message) => fits(message, name, mustRise),
  }))
  const { to, step: at } = model.skip
  return run(pattern, {
    steps: rows,
    withinMs: model.withinMs,
    between: model.isStrict ? 'refused' : 'ignored',
    key: ({ key }: Message) => key ?? null,
    afterMatch: to,
    ...(to === 'first' || to === 'last' ? { afterStep: model.steps[at]?.name } : {}),
  })
}

function fits(message: Message, name: string, mustRise: boolean): boolean {
  const previous = message['previous'] as Message | null
  const rises = previous === null || Number(message['value']) > Number(previous['value'])
  return String(message['fits']).includes(name) && (rises || !mustRise)
}

/** By time, and as they came where that is the same. */
function inOrder(given: readonly ModelEvent[]): ModelEvent[] {
  return given.toSorted((one, other) => one.time - other.time)
}

interface Payload {
  readonly key: string
  readonly start: number
  readonly steps: Readonly<Record<string, { first: Message; messages?: readonly Message[] }>>
}

function found(node: TestRun, key: string): string[] {
  const payloads = node.emitted('out').map(({ payload }) => payload as Payload)
  return payloads
    .filter((payload) => payload.key === key)
    .map(({ start, steps: taken }) => {
      const times = Object.entries(taken).map(([name, { first, messages }]) => {
        return [name, (messages ?? [first]).map(({ time }) => time ?? NaN)] as const
      })
      return asText({ start, steps: Object.fromEntries(times) })
    })
    .toSorted()
}

function asText({ start, steps: taken }: ModelMatch): string {
  return `${start} ${JSON.stringify(taken, Object.keys(taken).toSorted())}`
}
