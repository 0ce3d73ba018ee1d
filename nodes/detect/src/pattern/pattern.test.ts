import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { pattern } from './operator.ts'

/** A message fits the step of a letter when its payload has the letter. */
const has = (letter: string) => (message: Message) => String(message.payload).includes(letter)

const step = (name: string, often = 'once', more: Record<string, unknown> = {}) => {
  return { name, often, condition: has(name), ...more }
}

function open(steps: readonly unknown[], config: Record<string, unknown> = {}): TestRun {
  return run(pattern, { steps, withinMs: 1000, ...config })
}

/** Sends payloads a millisecond apart, from 1 on. */
function send(node: TestRun, ...payloads: readonly string[]): void {
  for (const [index, payload] of payloads.entries()) {
    node.send({ payload, time: index + 1, topic: 'k' })
  }
}

/** Each match as its steps with the times of their messages. */
function matches(node: TestRun, port = 'out'): string[] {
  return node.take(port).map(({ payload }) => {
    const { steps } = payload as { steps: Record<string, { messages?: Message[]; first: Message }> }
    const texts = Object.entries(steps).map(([name, { messages, first }]) => {
      return `${name}${(messages ?? [first]).map(({ time }) => time).join('+')}`
    })
    return texts.join(' ')
  })
}

function found(node: TestRun, ...payloads: readonly string[]): string[] {
  send(node, ...payloads)
  node.watermark(payloads.length)
  return matches(node)
}

describe('pattern: steps', () => {
  it('finds what follows, passing over what is in between', () => {
    expect(found(open([step('a'), step('b')]), 'b', 'a', 'x', 'b', 'b')).toEqual(['a2 b4'])
  })

  it('finds only what follows directly when others break the match', () => {
    const node = open([step('a'), step('b')], { between: 'refused' })
    expect(found(node, 'a', 'x', 'b', 'a', 'b')).toEqual(['a4 b5'])
  })

  it.each([
    [[step('a', 'oneOrMore'), step('b')], 'a a x a b', ['a1+2+4 b5']],
    [[step('a'), step('b', 'optional'), step('c')], 'a c a b c', ['a1 c2', 'a3 b4 c5']],
    [[step('a', 'between', { atLeast: 2, atMost: 3 }), step('b')], 'a b a b', ['a1+3 b4']],
    [[step('a', 'between', { atLeast: 2, atMost: 3 }), step('b')], 'a a a a b', ['a1+2+3 b5']],
    [[step('a', 'between', { atLeast: 3 })], 'a a a a', ['a1+2+3']],
    [[step('a', 'between', { atLeast: 0, atMost: 2 }), step('b')], 'b a b', ['b1', 'a2 b3']],
    [[step('a'), step('x', 'never'), step('b')], 'a x b a b', ['a4 b5']],
    [[step('a', 'oneOrMore'), step('b')], 'a ab b', ['a1 b2']],
    [[step('a', 'oneOrMore'), step('b', 'oneOrMore'), step('c')], 'a ab ab c', ['a1+2 b3 c4']],
  ])('takes %j of %s as %j', (steps, payloads, wanted) => {
    expect(found(open(steps), ...payloads.split(' '))).toEqual(wanted)
  })

  it('lets conditions look back', () => {
    const value = (message: unknown) => Number((message as Message | null)?.payload ?? NaN)
    const rises = (message: Message) => value(message) > value(message['previous'])
    const overFirst = (message: Message) => {
      const { low } = message['steps'] as Record<string, { first: Message }>
      return value(message) > value(low?.first) + 5
    }
    const steps = [
      { name: 'low', condition: () => true },
      { name: 'up', often: 'oneOrMore', condition: rises },
      { name: 'high', condition: overFirst },
    ]
    const node = open(steps, { between: 'refused' })
    expect(found(node, '9', '3', '4', '6', '9', '1')).toEqual(['low2 up3+4 high5'])
  })
})

describe('pattern: time', () => {
  it('goes by the time of the messages and not by their order', () => {
    const node = open([step('a'), step('b')])
    node.send({ payload: 'b', time: 20, topic: 'k' })
    node.send({ payload: 'a', time: 10, topic: 'k' })
    node.watermark(19)
    expect(node.emitted()).toEqual([])
    node.watermark(20)
    expect(node.emitted('out')).toEqual([
      {
        time: 20,
        key: 'k',
        payload: {
          key: 'k',
          start: 10,
          end: 20,
          steps: {
            a: {
              count: 1,
              first: { payload: 'a', time: 10, topic: 'k' },
              last: { payload: 'a', time: 10, topic: 'k' },
            },
            b: {
              count: 1,
              first: { payload: 'b', time: 20, topic: 'k' },
              last: { payload: 'b', time: 20, topic: 'k' },
            },
          },
        },
      },
    ])
  })

  it('sends out as late what comes when its time is over', () => {
    const node = open([step('a')])
    node.watermark(10)
    node.send({ payload: 'a', time: 10 })
    node.send({ payload: 'a', time: 11 })
    node.end()
    expect(node.emitted('late')).toEqual([{ payload: 'a', time: 10 }])
    expect(node.emitted('out')).toHaveLength(1)
  })

  it('wants the last message less than the time after the first', () => {
    const node = open([step('a'), step('b')])
    node.send({ payload: 'a', time: 0 })
    node.send({ payload: 'b', time: 1000 })
    node.send({ payload: 'a', time: 2000 })
    node.send({ payload: 'b', time: 2999 })
    node.watermark(5000)
    expect(matches(node)).toEqual(['a2000 b2999'])
  })

  it('tells what was not completed in time, and what was missing', () => {
    const node = open([step('a'), step('b', 'optional'), step('c')])
    node.send({ payload: 'a', time: 5, topic: 'k' })
    node.watermark(1003)
    expect(node.emitted()).toEqual([])
    node.watermark(1004)
    expect(node.emitted('incomplete')).toMatchObject([
      { time: 1004, payload: { key: 'k', start: 5, end: 5, missing: 'c' } },
    ])
    expect(node.snapshot()['keys']).toEqual([])
  })

  it('tells of what did not come once the time is over', () => {
    const node = open([step('a'), step('b', 'never')])
    node.send({ payload: 'a', time: 1, topic: 'k' })
    node.send({ payload: 'a', time: 2, topic: 'm' })
    node.send({ payload: 'b', time: 1001, topic: 'k' })
    node.send({ payload: 'b', time: 1001, topic: 'm' })
    node.watermark(2000)
    expect(node.take()).toMatchObject([{ time: 1000, key: 'k', payload: { start: 1, end: 1 } }])
  })

  it('waits for what must not come also where others break a match', () => {
    const steps = [step('a', 'oneOrMore'), step('b', 'never')]
    const node = open(steps, { between: 'refused' })
    send(node, 'a', 'a', 'x', 'a')
    node.watermark(5000)
    expect(matches(node)).toEqual(['a1+2', 'a4'])
  })
})

describe('pattern: after a match', () => {
  const steps = [step('a'), step('b'), step('c')]
  it.each([
    ['pastLast', undefined, ['a1 b3 c4']],
    ['next', undefined, ['a1 b3 c4', 'a2 b3 c4', 'a3 b5 c6']],
    ['first', 'b', ['a1 b3 c4', 'a3 b5 c6']],
    ['last', 'c', ['a1 b3 c4']],
  ])('begins again %s %s', (afterMatch, afterStep, wanted) => {
    const node = open(steps, { afterMatch, ...(afterStep === undefined ? {} : { afterStep }) })
    expect(found(node, 'a', 'a', 'ab', 'c', 'b', 'c')).toEqual(wanted)
  })

  it('tells the first message of a repeated step from the last', () => {
    const twice = [step('a'), step('b', 'between', { atLeast: 2, atMost: 2 })]
    const begins = (afterMatch: string): string[] =>
      found(open(twice, { afterMatch, afterStep: 'b' }), 'a', 'ab', 'b', 'b')
    expect(begins('first')).toEqual(['a1 b2+3', 'a2 b3+4'])
    expect(begins('last')).toEqual(['a1 b2+3'])
  })

  it('lets an earlier beginning decide first', () => {
    const newer = (message: Message) => message.payload === (message['previous'] as Message).payload
    const node = open([
      { name: 'one', condition: () => true },
      { name: 'same', condition: newer },
    ])
    send(node, 'x', 'y', 'y')
    node.watermark(999)
    expect(matches(node)).toEqual([])
    node.watermark(1000)
    expect(matches(node)).toEqual(['one2 same3'])
  })
})

describe('pattern: state', () => {
  it('keeps keys apart, in the order of time, over restarts', () => {
    const node = open([step('a'), step('b')], { key: ({ topic }: Message) => topic ?? null })
    node.send({ payload: 'a', time: 1, topic: 'k' })
    node.send({ payload: 'a', time: 2, topic: 'm' })
    node.restore(node.snapshot())
    node.watermark(2)
    node.restore(node.snapshot())
    node.send({ payload: 'b', time: 9, topic: 'k' })
    node.send({ payload: 'b', time: 3, topic: 'm' })
    node.send({ payload: 'b', time: 2, topic: 'm' })
    node.restore(node.snapshot())
    node.watermark(9)
    expect(node.take('out').map(({ key, time }) => [key, time])).toEqual([
      ['m', 3],
      ['k', 9],
    ])
    expect(node.take('late')).toHaveLength(1)
    expect(node.snapshot()['keys']).toEqual([])
  })

  it('drops attempts at another pattern, and keeps what waits', () => {
    const node = open([step('a'), step('b')])
    node.send({ payload: 'a', time: 1 })
    node.watermark(1)
    node.send({ payload: 'b', time: 2 })
    const other = run(
      pattern,
      { steps: [step('b'), step('c')], withinMs: 1000 },
      { snapshot: node.snapshot() },
    )
    other.send({ payload: 'c', time: 3 })
    other.watermark(3)
    expect(matches(other)).toEqual(['b2 c3'])
  })

  it('has a bound on what has begun, on keys, and on the messages of a step', () => {
    const node = open([step('a'), step('b')], { keysMax: 1 })
    for (let n = 0; n < 1001; n += 1) node.send({ payload: 'a', time: 1, topic: 'k' })
    node.send({ payload: 'a', time: 1, topic: 'm' })
    node.watermark(1)
    expect(node.failures().map(({ code }) => code)).toEqual([
      'DETECT_TOO_MANY_KEYS',
      'DETECT_TOO_MANY_BEGUN',
    ])
    const long = open([step('a', 'between', { atLeast: 150 })])
    for (let n = 0; n < 150; n += 1) long.send({ payload: 'a', time: 1 })
    long.watermark(1)
    expect(long.emitted('out')).toMatchObject([{ payload: { steps: { a: { count: 150 } } } }])
    expect(matches(long)[0]?.split('+')).toHaveLength(100)
  })

  it('does not grow with the ways to match', () => {
    const all = { condition: () => true }
    const steps = [
      { name: 'a', often: 'oneOrMore', ...all },
      { name: 'b', often: 'oneOrMore', ...all },
      { name: 'c', often: 'oneOrMore', ...all },
      step('d'),
    ]
    const node = open(steps)
    for (let n = 0; n < 60; n += 1) node.send({ payload: 'x', time: 1 })
    node.send({ payload: 'd', time: 2 })
    node.watermark(2)
    expect(node.emitted('out')).toMatchObject([
      { payload: { steps: { a: { count: 58 }, b: { count: 1 }, c: { count: 1 } } } },
    ])
  })

  it.each([
    [[step('a'), step('a')], {}],
    [[step('a', 'never'), step('b')], {}],
    [[step('a', 'optional')], {}],
    [[step('a')], { afterMatch: 'first', afterStep: 'b' }],
  ])('refuses a pattern that cannot be: %j %j', (steps, config) => {
    expect(() => open(steps, config)).toThrow(/same name|begin|needed|called/)
  })

  it('fails messages without a time', () => {
    const node = open([step('a')])
    node.send({ payload: 'a' })
    expect(node.failures()).toMatchObject([{ code: 'DETECT_NO_TIME' }])
  })
})
