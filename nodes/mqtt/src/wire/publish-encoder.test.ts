import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Inbox } from '../link/inbox.ts'
import { Taker } from '../link/taker.ts'
import { PacketSplitter } from './packet-splitter.ts'
import { PublishEncoder } from './publish-encoder.ts'
import type { Publication } from './publish-encoder.ts'

/** What our own receiving side makes of the bytes. */
function received(bytes: Buffer, isVersion5: boolean) {
  const seen: object[] = []
  const inbox = new Inbox({ isVersion5, append: () => undefined })
  const taker = new Taker({
    filters: ['#'],
    qos: 2,
    onRefused: () => undefined,
    onBatch: (batch) => {
      for (const arrival of batch.arrivals.slice(0, batch.count)) {
        const { topic, qos, isRetained, start, end } = arrival
        const payload = arrival.bytes.toString('utf8', start, end)
        seen.push({ topic, qos, retain: isRetained, payload })
      }
    },
  })
  inbox.setTakers([taker])
  const splitter = new PacketSplitter((...packet) => inbox.onPublish(...packet), 10_000_000)
  splitter.feed(bytes)
  inbox.endOfRead()
  return seen
}

test.each([false, true])('writes what is read again as it was (version 5: %s)', (isVersion5) => {
  const encoder = new PublishEncoder(isVersion5)
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  const publication = fc.record({
    topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    payload: fc.oneof(
      text,
      text.map((some) => new TextEncoder().encode(some)),
    ),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(publication, { maxLength: 5 }), (publications) => {
      const target = Buffer.alloc(100_000)
      let end = 0
      for (const [at, each] of publications.entries()) {
        const start = end
        end = encoder.write(target, start, each, each.qos > 0 ? at + 1 : 0)
        expect(end - start).toBeLessThanOrEqual(encoder.room(each))
      }
      const expected = publications
        .filter(({ topic }) => !topic.startsWith('$'))
        .map((each) => ({ ...each, payload: textOf(each.payload) }))
      expect(received(target.subarray(0, end), isVersion5)).toEqual(expected)
    }),
  )
})

test.each([120, 121, 16_376, 16_377, 2_097_144, 2_097_145])(
  'writes a length that takes one byte more from %i on, also where text is longer in bytes',
  (length) => {
    const encoder = new PublishEncoder(false)
    for (const payload of ['x'.repeat(length), 'ü'.repeat(Math.ceil(length / 2))]) {
      const publication: Publication = { topic: 'a', payload, qos: 0, retain: false }
      const target = Buffer.alloc(encoder.room(publication))
      const end = encoder.write(target, 0, publication)
      expect(received(target.subarray(0, end), false)).toEqual([publication])
    }
  },
)

function textOf(payload: string | Uint8Array): string {
  return typeof payload === 'string'
    ? Buffer.from(payload).toString()
    : Buffer.from(payload).toString()
}
