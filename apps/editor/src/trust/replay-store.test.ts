import type { ReplayInfo, StartReplayBody } from '@millrace/protocol'
import { expect, test } from 'vitest'
import { createReplayStore } from './replay-store.ts'
import { differingParts, sideBySide } from './side-by-side.ts'

/** A server whose replays are through when they were asked for the second time. */
function bench() {
  const asked: (string | StartReplayBody)[] = []
  const timers: (() => void)[] = []
  let progress = 0
  const replays = createReplayStore({
    flow: 'f',
    saveFlow: async () => asked.push('flow saved'),
    after: (_delayMs, run) => {
      timers.push(run)
      return () => timers.splice(timers.indexOf(run), 1)
    },
    api: {
      recording: async () => [{ node: 'in', fromMs: 1_000, toMs: 90_000, records: 9, bytes: 1 }],
      startReplay: async (_flow, body) => {
        asked.push(body)
        return { number: 3, state: 'running', progress: 0 }
      },
      replay: async (_flow, number): Promise<ReplayInfo> => {
        progress += 0.5
        return { number, state: progress < 1 ? 'running' : 'done', progress }
      },
      cancelReplay: async (_flow, number) => void asked.push(`cancel ${number}`),
    },
  })
  const tick = async () => {
    timers.shift()?.()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { replays, asked, timers, tick, state: () => replays.store.getState().replay?.state }
}

test('saves the flow, takes the last stretch of what is there, and follows it to its end', async () => {
  const { replays, asked, tick, timers, state } = bench()
  await replays.start(60_000)
  expect(asked).toEqual(['flow saved', { fromMs: 30_000, toMs: 90_000 }])
  await tick()
  expect([state(), timers.length]).toEqual(['running', 1])
  await tick()
  expect([state(), timers.length]).toEqual(['done', 0])
})

test('takes no more than there is, and cancels what runs', async () => {
  const { replays, asked, timers } = bench()
  await replays.start(undefined)
  expect(asked[1]).toEqual({ fromMs: 1_000, toMs: 90_000 })
  await replays.cancel()
  expect(asked[2]).toBe('cancel 3')
  replays.close()
  expect(timers).toEqual([])
})

test('sets messages of the same time and key beside each other', () => {
  const [a1, b1] = [1, 2].map((payload) => ({ time: 5, key: payload, payload: 'deployed' }))
  const [b2, c2] = [2, 3].map((payload) => ({ time: payload, key: payload, payload: 'edited' }))
  const sameB = { ...b2, time: 5 }
  expect(sideBySide([a1 ?? {}, b1 ?? {}], [sameB, c2 ?? {}])).toEqual([
    [undefined, c2],
    [a1, undefined],
    [b1, sameB],
  ])
})

test('shows of two messages only what differs', () => {
  const deployed = { time: 5, payload: { f: 104, rows: [1, 2] } }
  const edited = { time: 5, payload: { f: 104.4, rows: [1, 3] } }
  expect(differingParts(deployed, edited)).toEqual([
    'payload.f: 104, payload.rows[1]: 2',
    'payload.f: 104.4, payload.rows[1]: 3',
  ])
})
