import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { aggregate } from './operator.ts'
import { aggregated, fixedModel, sessionModel } from './testing/brute-force.ts'
import type { Event, Model, Outcome, Shape, Step } from './testing/brute-force.ts'

const value = (message: Message) => message['value'] as number | null

const rows = [
  { name: 'rows', function: 'count' },
  { name: 'count', function: 'count', counted: value },
  ...[
    'sum',
    'avg',
    'min',
    'max',
    'first',
    'last',
    'stddev',
    'stddevPopulation',
    'variance',
    'variancePopulation',
    'median',
    'percentile',
    'distinct',
    'delta',
    'rate',
    'timeWeighted',
  ].map((name) => ({ name, function: name, value, percent: 90 })),
  { name: 'big', function: 'count', where: (message: Message) => (value(message) ?? 0) > 10 },
]

/** Long enough to go over several windows, short enough to fall often on their edges. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        event: fc.record({
          time: fc.integer({ min: -20, max: 60 }),
          key: fc.constantFrom('a', 'b', ''),
          value: fc.option(fc.integer({ min: -5, max: 20 })),
        }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ watermark: fc.integer({ min: -20, max: 70 }) }) },
    { weight: 1, arbitrary: fc.constant({ restore: true } as const) },
  ),
  { maxLength: 40 },
)

const shapes = fc.record({
  latenessMs: fc.constantFrom(0, 0, 1, 5, 30),
  isDiscarding: fc.boolean(),
  everyMessages: fc.constant(Infinity),
  everyMs: fc.constant(Infinity),
})
const impatient = fc.record({
  latenessMs: fc.constantFrom(0, 0, 5),
  isDiscarding: fc.boolean(),
  everyMessages: fc.integer({ min: 1, max: 4 }),
  everyMs: fc.constant(Infinity),
})
const punctual = fc.record({
  latenessMs: fc.constantFrom(0, 0, 5),
  isDiscarding: fc.boolean(),
  everyMessages: fc.constant(Infinity),
  everyMs: fc.integer({ min: 1, max: 12 }),
})
const offset = fc.integer({ min: -15, max: 15 })
const size = fc.integer({ min: 1, max: 25 })

describe('window results are those of the definition, in any order of messages, over restarts:', () => {
  it('tumbling', () => {
    fc.assert(
      fc.property(steps, shapes, size, offset, (todo, shape, sizeMs, offsetMs) => {
        const spansOf = (time: number) => hops(time, { sizeMs, slideMs: sizeMs, offsetMs })
        const config = { type: 'tumbling', sizeMs, offsetMs }
        compare(open(config, shape), fixedModel(shape, spansOf), todo)
      }),
    )
  })

  it('tumbling, with results after a number of messages', () => {
    fc.assert(
      fc.property(steps, impatient, size, (todo, shape, sizeMs) => {
        const spansOf = (time: number) => hops(time, { sizeMs, slideMs: sizeMs, offsetMs: 0 })
        compare(open({ type: 'tumbling', sizeMs }, shape), fixedModel(shape, spansOf), todo)
      }),
    )
  })

  it('session, with results after a number of messages', () => {
    fc.assert(
      fc.property(steps, impatient, fc.integer({ min: 1, max: 12 }), (todo, shape, gapMs) => {
        compare(open({ type: 'session', gapMs }, shape), sessionModel(shape, gapMs), todo)
      }),
    )
  })

  it('hopping, with results at regular times', () => {
    fc.assert(
      fc.property(steps, punctual, fc.tuple(size, size), (todo, shape, [sizeMs, slideMs]) => {
        const spansOf = (time: number) => hops(time, { sizeMs, slideMs, offsetMs: 0 })
        compare(open({ type: 'hopping', sizeMs, slideMs }, shape), fixedModel(shape, spansOf), todo)
      }),
      { numRuns: 200 },
    )
  })

  it('session, with results at regular times', () => {
    fc.assert(
      fc.property(steps, punctual, fc.integer({ min: 1, max: 12 }), (todo, shape, gapMs) => {
        compare(open({ type: 'session', gapMs }, shape), sessionModel(shape, gapMs), todo)
      }),
    )
  })

  it('hopping, with holes or overlaps of any ratio', () => {
    fc.assert(
      fc.property(steps, shapes, fc.tuple(size, size, offset), (todo, shape, numbers) => {
        const [sizeMs, slideMs, offsetMs] = numbers
        const spansOf = (time: number) => hops(time, { sizeMs, slideMs, offsetMs })
        const config = { type: 'hopping', sizeMs, slideMs, offsetMs }
        compare(open(config, shape), fixedModel(shape, spansOf), todo)
      }),
      { numRuns: 300 },
    )
  })

  it('cumulating', () => {
    const parts = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }), offset)
    fc.assert(
      fc.property(steps, shapes, parts, (todo, shape, [stepMs, times, offsetMs]) => {
        const sizeMs = stepMs * times
        const spansOf = (time: number) =>
          hops(time, { sizeMs, slideMs: sizeMs, offsetMs }).flatMap(({ start }) =>
            Array.from({ length: times }, (_, step) => ({
              start,
              end: start + (step + 1) * stepMs,
            })).filter(({ end }) => end > time),
          )
        const config = { type: 'cumulate', sizeMs, stepMs, offsetMs }
        compare(open(config, shape), fixedModel(shape, spansOf), todo)
      }),
    )
  })

  it('session', () => {
    fc.assert(
      fc.property(steps, shapes, fc.integer({ min: 1, max: 12 }), (todo, shape, gapMs) => {
        compare(open({ type: 'session', gapMs }, shape), sessionModel(shape, gapMs), todo)
      }),
      { numRuns: 300 },
    )
  })
})

describe('results of the last of every message are those of the definition', () => {
  const sent = fc.record({
    afterMs: fc.constantFrom(0, 1, 1, 2, 5, -3),
    key: fc.constantFrom('a', 'a', 'a', 'b'),
    value: fc.option(fc.integer({ min: -5, max: 20 })),
    restore: fc.constantFrom(false, false, false, false, true),
  })
  const reach = fc.oneof(
    fc.record({ messages: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ lengthMs: fc.integer({ min: 1, max: 120 }) }),
  )

  it.each([
    ['small states', rows.filter(({ name }) => !sketches.includes(name))],
    ['sketches', rows],
  ])('%s', (_name, aggregates) => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 150, size: 'max' }), reach, (all, lasting) => {
        const config =
          'messages' in lasting
            ? { reach: 'messages', lastMessages: lasting.messages }
            : { reach: 'time', lastMs: lasting.lengthMs }
        const groupBy = (message: Message) => message['device']
        const node = run(aggregate, { type: 'last', groupBy, aggregates, ...config })
        const events: Event[] = []
        let time = 1000
        for (const { afterMs, key, value: number, restore } of all) {
          time += afterMs
          const event = { key, time, value: number }
          events.push(event)
          const [result] = add(node, event)
          expect(rounded({ payload: resultsIn(result, aggregates) })).toBe(
            rounded({ payload: pick(aggregated(lastOf(events, event, lasting)), aggregates) }),
          )
          if (restore) node.restore(node.snapshot())
        }
      }),
      { numRuns: 30 },
    )
  })
})

const sketches = ['median', 'percentile', 'distinct', 'timeWeighted']

function lastOf(
  events: readonly Event[],
  { key, time }: Event,
  lasting: { readonly messages: number } | { readonly lengthMs: number },
): readonly Event[] {
  const own = events.filter((event) => event.key === key)
  if ('messages' in lasting) return own.slice(-lasting.messages)
  return own.filter((event) => event.time <= time && event.time >= time - lasting.lengthMs)
}

type Named = readonly { readonly name: string }[]

function resultsIn(message: Message | undefined, aggregates: Named): unknown {
  // Every result of the node has a record as its payload.
  return pick((message?.payload ?? {}) as Record<string, unknown>, aggregates)
}

function pick(results: Readonly<Record<string, unknown>>, aggregates: Named): unknown {
  return Object.fromEntries(aggregates.map(({ name }) => [name, results[name]]))
}

function hops(time: number, shape: { sizeMs: number; slideMs: number; offsetMs: number }) {
  const { sizeMs, slideMs, offsetMs } = shape
  const spans = []
  for (let start = time - sizeMs + 1; start <= time; start += 1) {
    if (Number.isInteger((start - offsetMs) / slideMs)) spans.push({ start, end: start + sizeMs })
  }
  return spans
}

function open(config: Record<string, unknown>, shape: Shape): TestRun {
  const { latenessMs, isDiscarding, everyMessages, everyMs } = shape
  const early = everyMessages !== Infinity ? 'messages' : everyMs !== Infinity ? 'time' : 'no'
  return run(aggregate, {
    ...config,
    groupBy: (message: Message) => message['device'],
    aggregates: rows,
    allowedLatenessMs: latenessMs,
    early,
    earlyMessages: everyMessages,
    earlyMs: everyMs,
    accumulation: isDiscarding ? 'discarding' : 'accumulating',
  })
}

function compare(node: TestRun, model: Model, todo: readonly Step[]): void {
  let watermark = -Infinity
  for (const step of todo) {
    if ('restore' in step) node.restore(node.snapshot())
    else if ('event' in step) expectSame(node, add(node, step.event), model.add(step.event))
    else if (step.watermark > watermark) {
      watermark = step.watermark
      node.watermark(watermark)
      expectSame(node, node.take('out'), model.advance(watermark))
    }
  }
  node.end()
  expectSame(node, node.take('out'), model.advance(Infinity))
  expect(node.failures()).toEqual([])
  expect(node.snapshot()['groups']).toEqual([])
}

function add(node: TestRun, { time, key, value: number }: Event): readonly Message[] {
  node.send({ time, device: key, value: number })
  return node.take('out')
}

function expectSame(
  node: TestRun,
  got: readonly Message[],
  wanted: readonly Outcome[] | null,
): void {
  expect(node.take('late').length).toBe(wanted === null ? 1 : 0)
  const closed = got.filter((message) => message['early'] !== true)
  const ends = closed.map((message) => message.time ?? NaN)
  expect(ends).toEqual(ends.toSorted((one, other) => one - other))
  expect(got.map(rounded).toSorted(byText)).toEqual((wanted ?? []).map(expected).toSorted(byText))
}

function expected({ key, start, end, until, values }: Outcome): unknown {
  const payload = { ...aggregated(values, until), start, end, key }
  return rounded({ payload, key, time: end - 1 })
}

/**
 * As text, with numbers to six places, so that the order of additions does not matter; moved a little,
 * so that none lies where rounding turns.
 */
function rounded(message: Pick<Message, 'payload' | 'key' | 'time'>): string {
  const { payload, key, time } = message
  const places = (_name: string, item: unknown) =>
    typeof item === 'number' ? Number((item + 1.7e-8).toFixed(6)) + 0 : item
  return JSON.stringify({ payload, key, time }, places)
}

function byText(one: unknown, other: unknown): number {
  return String(one) < String(other) ? -1 : 1
}
