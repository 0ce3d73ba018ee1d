import type { Intake, Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { Arrivals } from './arrivals.ts'

function taking(onMessage: (n: number, arrivals: Arrivals) => void = () => undefined) {
  const got: number[] = []
  let records = 0
  const intake: Intake = {
    isDurable: false,
    take: (_record, run) => {
      records += 1
      run()
    },
    onReplay: () => undefined,
    recall: () => undefined,
  }
  const arrivals: Arrivals = new Arrivals({
    config: { format: 'json' },
    emit: {
      out: ({ payload }: Message) => {
        got.push(Number(payload))
        onMessage(Number(payload), arrivals)
      },
    },
    fail: (error) => {
      throw error
    },
    intake,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    timers: { after: () => never, every: () => never, soon: queueMicrotask },
  })
  const take = (from: number, to: number) => {
    const bytes = Buffer.from(range(from, to).join('\n'))
    let at = 0
    arrivals.take(
      range(from, to).map((n) => {
        const start = at
        at += String(n).length + 1
        return { bytes: bytes.subarray(start, at - 1), from: {} }
      }),
    )
    // As the next read would.
    bytes.fill(0)
  }
  return { arrivals, got, take, records: () => records }
}

const never = { cancel: () => undefined }
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

test('takes a read in as records of no more messages than a flow takes at once', () => {
  const { got, take, records } = taking()
  take(0, 1000)
  expect([got, records()]).toEqual([range(0, 1000), 4])
})

test('stops in the midst of a read when the flow can take no more, and goes on in order', () => {
  const { arrivals, got, take } = taking((n, own) => {
    if (n === 100 || n === 600) own.pause()
  })
  take(0, 1000)
  expect(got).toEqual(range(0, 256))
  take(1000, 1100)
  expect(got).toHaveLength(256)
  expect(arrivals.resume()).toBe(false)
  expect(got).toEqual(range(0, 768))
  expect(arrivals.resume()).toBe(true)
  expect(got).toEqual(range(0, 1100))
})

test('takes nothing twice when the flow is free again in the midst of it', () => {
  const { arrivals, got, take } = taking((n, own) => {
    if (n % 64 === 10) own.pause()
    if (n % 64 === 20) own.resume()
  })
  arrivals.pause()
  take(0, 900)
  expect(got).toEqual([])
  expect(arrivals.resume()).toBe(true)
  expect(got).toEqual(range(0, 900))
})

test('takes in what waits as it ends', () => {
  const { arrivals, got, take } = taking()
  arrivals.pause()
  take(0, 300)
  arrivals.finish()
  expect(got).toEqual(range(0, 300))
})
