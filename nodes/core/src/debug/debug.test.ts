import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import { debug } from './sink.ts'

const message = { payload: { t: 1 }, topic: 'a' }

describe('debug', () => {
  it.each([
    ['payload', { t: 1 }],
    ['message', message],
    ['expression', 'a!'],
  ])('shows the %s', (shows, shown) => {
    const node = run(debug, { shows, expression: ({ topic }: Message) => `${topic}!` })
    node.send(message)
    expect(node.reports()).toEqual([{ kind: 'debug', message: shown, shows }])
  })

  it('asks for nothing while nobody watches', () => {
    let asked = 0
    const expression = () => (asked += 1)
    const node = run(debug, { shows: 'expression', expression }, { isWatched: false })
    node.send(message)
    expect(node.reports()).toEqual([])
    expect(asked).toBe(0)
  })

  it('shows whatever comes', () => {
    const node = run(debug)
    const payloads = [null, undefined, NaN, 'x'.repeat(1_000_000), new Uint8Array(3)]
    for (const payload of payloads) node.send({ payload })
    expect(node.reports().map((report) => report.kind === 'debug' && report.message)).toEqual(
      payloads,
    )
  })

  it('counts twice a second on the node, watched or not', async () => {
    const node = run(debug, { count: true }, { isWatched: false })
    node.send(message)
    node.advance(500)
    node.advance(500)
    node.send(message)
    node.send(message)
    node.advance(500)
    node.send(message)
    await node.close()
    expect(node.statuses().map(({ text }) => text)).toEqual([
      '1 message',
      '3 messages',
      '4 messages',
    ])
    expect(node.openTimers).toBe(0)
  })
})
