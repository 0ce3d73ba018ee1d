import { run } from '@millrace/sdk/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chat } from '../chat/sink.ts'
import { dead, fakeReceiver, sent } from '../testing/fake-receiver.ts'

/** What happens: an alert changes, time passes, the receiver dies or comes back, the engine dies. */
type Step =
  | { readonly kind: 'alert'; readonly key: string; readonly isRepeated: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'dead' | 'alive' | 'crash' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('alert'),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      isRepeated: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(0, 700, 5000, 40_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('dead', 'alive', 'crash') }) },
)

const settings = fc.record({
  groupWaitMs: fc.constantFrom(0, 3000),
  groupIntervalMs: fc.constantFrom(0, 20_000),
  rateMessages: fc.constantFrom(1, 2, 20),
  ratePeriodMs: fc.constant(30_000),
  hasQuietHours: fc.boolean(),
  quietFrom: fc.constant('12:00'),
  quietTo: fc.constant('12:02'),
  timeZone: fc.constant('UTC'),
  groupBy: fc.constantFrom(undefined, ({ key }: { key?: unknown }) => key ?? null),
})

const startMs = Date.parse('2026-01-07T11:59:30Z')

test('whatever happens, in the end the receiver knows how each alert stands', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { maxLength: 40 }), async (config, steps) => {
      const receiver = fakeReceiver()
      const channel = { name: 'Test', send: receiver.send }
      const node = run(chat, { channel, ...config }, { startMs })
      const open = new Map<string, boolean>()
      /** As the receiver took them, leaving out what it was sent in vain. */
      const known = new Map<string, string>()
      let sentAt: number[] = []

      const settle = async (): Promise<void> => {
        // Until nothing is on its way: what died in the midst of it would go on here.
        for (let turn = 0; turn < 5 || node.openHolds > 0; turn += 1) {
          await Promise.resolve()
          node.advance(0)
        }
        for (const { items } of receiver.announcements.splice(0)) {
          if (receiver.answer !== sent) continue
          sentAt.push(node.time.clock.now())
          for (const { key, change } of items) known.set(key, change)
        }
      }
      const wait = async (ms: number): Promise<void> => {
        await settle()
        for (let left = ms; left > 0; left -= 500) {
          node.advance(Math.min(500, left))
          await settle()
        }
      }
      const change = (key: string, isRepeated: boolean): string => {
        const isOpen = open.get(key) === true
        if (isOpen && isRepeated) return 'repeated'
        open.set(key, !isOpen)
        return isOpen ? 'cleared' : 'raised'
      }

      for (const one of steps) {
        if (one.kind === 'wait') await wait(one.ms)
        else if (one.kind === 'alert') {
          const payload = { change: change(one.key, one.isRepeated), key: one.key, text: one.key }
          node.send({ payload, key: one.key })
        } else if (one.kind === 'crash') {
          await settle()
          node.restore(node.snapshot())
        } else {
          await settle()
          receiver.answer = one.kind === 'dead' ? dead : sent
        }
      }
      await settle()
      receiver.answer = sent
      await wait(400_000)

      expect(node.failures()).toEqual([])
      for (const [key, isOpen] of open) {
        const last = known.get(key)
        const isKnownOpen = last !== undefined && last !== 'cleared'
        expect([key, isKnownOpen, last]).toEqual([key, isOpen, last])
      }
      sentAt = sentAt.toSorted((one, other) => one - other)
      for (const from of sentAt) {
        const within = sentAt.filter((time) => time >= from && time < from + config.ratePeriodMs)
        expect(within.length).toBeLessThanOrEqual(2 * config.rateMessages)
      }
      expect([node.openHolds, node.snapshot()['waiting'], node.snapshot()['outbox']]).toEqual([
        0,
        [],
        [],
      ])
    }),
    { numRuns: 600 },
  )
})
