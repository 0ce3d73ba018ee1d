import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { split } from './operator.ts'

function open(config: Record<string, unknown> = {}): TestRun {
  return run(split, config, { id: 'split' })
}

function partsOf(payload: unknown, config: Record<string, unknown> = {}): readonly unknown[] {
  const node = open(config)
  node.send({ payload })
  expect(node.failures()).toEqual([])
  return node.take('out').map((message) => message.payload)
}

describe('split', () => {
  it('makes a message of each element, which keeps the rest of the message', () => {
    const node = open({ place: 'payload.list' })
    node.send({ topic: 't', time: 3, payload: { unit: 'C', list: [7, 8] } })
    expect(node.take()).toEqual([
      {
        topic: 't',
        time: 3,
        payload: { unit: 'C', list: 7 },
        parts: { id: 'split-1', index: 0, count: 2 },
      },
      {
        topic: 't',
        time: 3,
        payload: { unit: 'C', list: 8 },
        parts: { id: 'split-1', index: 1, count: 2 },
      },
    ])
  })

  it('makes a message of each entry, with its name', () => {
    const node = open({ nameTo: 'topic' })
    node.send({ topic: 'plant', payload: { t: 20, rh: 44 } })
    expect(node.take()).toEqual([
      { topic: 't', payload: 20, parts: { id: 'split-1', index: 0, count: 2, key: 't' } },
      { topic: 'rh', payload: 44, parts: { id: 'split-1', index: 1, count: 2, key: 'rh' } },
    ])
  })

  it.each([
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\n\nb', ['a', '', 'b']],
    ['\n', ['']],
    ['', []],
  ])('splits the text %j into lines', (text, lines) => {
    expect(partsOf(text)).toEqual(lines)
  })

  it('splits a text at a separator', () => {
    expect(partsOf('1;2;;', { text: 'separator', separator: ';' })).toEqual(['1', '2', '', ''])
  })

  it('sends nothing for what is empty', () => {
    expect([partsOf([]), partsOf({})]).toEqual([[], []])
  })

  it.each([1, null, true, undefined, new Uint8Array([1])])(
    'fails %o, which has no parts',
    (payload) => {
      const node = open()
      node.send({ payload })
      expect(node.failures()).toMatchObject([{ code: 'SPLIT_NOTHING' }])
    },
  )

  it.each([
    ['list', [1, 2, 3]],
    ['object', { a: 1, b: 2, c: 3 }],
    ['text', 'a\nb\nc\n'],
  ])('fails a %s with too many parts and lets one with just as many pass', (_kind, payload) => {
    const few = open({ partsMax: 2 })
    few.send({ payload })
    expect([few.failures().length, few.emitted().length]).toEqual([1, 0])
    expect(partsOf(payload, { partsMax: 3 })).toHaveLength(3)
  })

  it('numbers messages on after a restart, and gives one that is taken again the same number', () => {
    const node = open()
    node.send({ payload: [1] })
    const before = node.snapshot()
    node.send({ payload: [2] })
    node.restore(before)
    node.send({ payload: [2] })
    const ids = node.take().map(({ parts }) => parts)
    expect(ids).toMatchObject([{ id: 'split-1' }, { id: 'split-2' }, { id: 'split-2' }])
  })

  it('gives parts that make the whole again', () => {
    const lines = fc.array(
      fc.string().filter((text) => !/[\r\n]/.test(text)),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(lines, fc.array(fc.jsonValue()), (texts, list) => {
        expect(partsOf(texts.map((text) => `${text}\n`).join(''))).toEqual(texts)
        expect(partsOf(list)).toEqual(list)
      }),
    )
  })
})
