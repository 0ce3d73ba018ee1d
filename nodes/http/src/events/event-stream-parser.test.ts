import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventStreamParser } from './event-stream-parser.ts'
import { eventText } from '../events-out/event-text.ts'

function parsing(charactersMax = 1000) {
  const events: [string, string, string][] = []
  const retries: number[] = []
  let tooLong = 0
  const parser = new EventStreamParser('', charactersMax, {
    onEvent: ({ name, data, lastId }) => events.push([name, data, lastId]),
    onRetry: (retryMs) => retries.push(retryMs),
    onTooLong: () => (tooLong += 1),
  })
  const push = (...parts: string[]) => {
    for (const part of parts) parser.push(new TextEncoder().encode(part))
  }
  return { parser, events, retries, push, tooLong: () => tooLong }
}

test('reads the examples of the specification', () => {
  const { events, retries, push } = parsing()
  push('\uFEFF: test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n')
  push('data:  third event\n\ndata\n\ndata\ndata\n\ndata:')
  push('\n\nevent: add\ndata: 73857293\r\rretry: 10\r\nretry: x\r\nid: a\0\r\n\r\n')
  expect(events).toEqual([
    ['', 'first event', '1'],
    ['', 'second event', ''],
    ['', ' third event', ''],
    ['', '', ''],
    ['', '\n', ''],
    ['', '', ''],
    ['add', '73857293', ''],
  ])
  expect(retries).toEqual([10])
})

test('keeps the id until another comes, and drops what is cut off', () => {
  const { events, push } = parsing()
  push('id: 7\ndata: a\n\ndata: b\n\ndata: cut')
  expect(events).toEqual([
    ['', 'a', '7'],
    ['', 'b', '7'],
  ])
})

test('leaves out an event that is too long, and goes on', () => {
  const { events, push, tooLong } = parsing(10)
  push(`data: ${'x'.repeat(11)}\n\ndata: ok\n\n`)
  push('data: ', 'x'.repeat(50), 'x'.repeat(50), '\n\n', 'data: ok\n\n')
  push(`data: 123456\ndata: 123456\n\ndata: ok\n\n`)
  push(`${'data\n'.repeat(12)}\ndata: ok\n\n`)
  expect([events.map(([, data]) => data), tooLong()]).toEqual([['ok', 'ok', 'ok', 'ok'], 4])
})

test('reads what is written, however the stream is cut', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'ü', '😀', ':', ' ', '\n', '\r'),
    maxLength: 8,
  })
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 7 }), (given, step) => {
      const { parser, events } = parsing()
      const sent = given.map((data, at) => eventText({ id: String(at), name: '', data })).join('')
      const bytes = new TextEncoder().encode(sent)
      for (let at = 0; at < bytes.length; at += step) parser.push(bytes.subarray(at, at + step))
      const lines = (data: string) => data.replace(/\r\n|\r/g, '\n')
      expect(events).toEqual(given.map((data, at) => ['', lines(data), String(at)]))
    }),
  )
})
