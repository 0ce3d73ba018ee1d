import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Outbox } from './outbox.ts'

/** An editor that takes things off its connection only when a test says so. */
function openEditor() {
  const conn = new EventEmitter()
  const sent: unknown[][] = []
  const emit = (...told: unknown[]) => sent.push(told) > 0
  return { outbox: new Outbox({ conn, emit }), sent, drain: () => conn.emit('drain') }
}

const entry = { node: 'a', time: 1, shows: 'payload', value: { json: '1', isCut: false } }
const batch = (count: number) => ({
  flow: 'demo',
  entries: Array.from({ length: count }, () => entry),
  dropped: {},
})

test('sends several batches of one turn', () => {
  const { outbox, sent } = openEditor()
  outbox.send('points', { flow: 'demo', points: [] })
  outbox.send('taps', { flow: 'demo', ports: [] })
  outbox.sendDebug(batch(1))
  expect(sent.map(([event]) => event)).toEqual(['points', 'taps', 'debug'])
})

test('leaves out what an editor does not take off, and says how many values that were', () => {
  const { outbox, sent, drain } = openEditor()
  for (let number = 0; number < 100; number += 1) outbox.sendDebug(batch(2))
  const count = sent.length
  expect(count).toBeLessThan(50)
  drain()
  outbox.sendDebug({ ...batch(1), dropped: { a: 5, b: 1 } })
  expect(sent.at(-1)).toEqual([
    'debug',
    { ...batch(1), dropped: { a: (100 - count) * 2 + 5, b: 1 } },
  ])
  outbox.sendDebug(batch(1))
  expect(sent.at(-1)).toEqual(['debug', batch(1)])
})
