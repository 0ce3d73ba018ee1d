import type { Message } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { describe, expect, it } from 'vitest'
import { readings } from './source.ts'

const eventTime = ({ payload }: Message) => (payload as { time: number }).time
const startMs = 1_700_000_000_000

async function started(config: object = {}, options: object = {}) {
  const node = run(readings, { eventTime, ...config }, { startMs, ...options })
  await node.start()
  return node
}

describe('simulated data', () => {
  it('hold to the contract of a node', async () => {
    expect(await checkNodeType(readings, { eventTime })).toEqual([])
  })

  it('have the time at which they were measured, and a topic', async () => {
    const node = await started({ scene: 'pumps' })
    node.advance(1000)
    const [first] = node.emitted()
    expect(first?.topic).toMatch(/^pumps\/pump-\d$/)
    expect(first?.time).toBeGreaterThanOrEqual(startMs)
    expect(first?.payload).toMatchObject({ time: first?.time })
  })

  it('are the same for the same seed, and over crashes', async () => {
    const plain = await started()
    plain.advance(20_000)
    const crashed = await started()
    for (let n = 0; n < 20; n += 1) {
      crashed.advance(1000)
      crashed.restore(crashed.snapshot())
      await crashed.start()
    }
    expect(crashed.emitted()).toEqual(plain.emitted().slice(0, crashed.emitted().length))
    expect(crashed.emitted().length).toBeGreaterThan(plain.emitted().length - 20)
    const other = await started({ seed: 2 })
    other.advance(20_000)
    expect(other.emitted()).not.toEqual(plain.emitted())
  })

  it('do not pour out what was missed, and go on where they were', async () => {
    const before = await started({ scene: 'pumps' })
    before.advance(5000)
    const later = { startMs: startMs + 3_600_000, snapshot: before.snapshot() }
    const after = await started({ scene: 'pumps' }, later)
    after.advance(100)
    expect(after.emitted().length).toBeLessThan(20)
    const whole = await started({ scene: 'pumps' })
    whole.advance(6000)
    const values = (node: typeof whole) =>
      node.emitted().map(({ payload }) => (payload as { vibration: number }).vibration)
    expect(values(whole)).toEqual(
      [...values(before), ...values(after)].concat(
        values(whole).slice(before.emitted().length + after.emitted().length),
      ),
    )
  })

  it('wait while the flow is behind', async () => {
    const node = await started()
    node.advance(100)
    node.take()
    node.pause()
    node.advance(3000)
    expect(node.emitted()).toEqual([])
    node.resume()
    node.advance(100)
    expect(node.emitted().length).toBeGreaterThan(40)
  })

  it('come to an end where that is wanted', async () => {
    const node = await started({ scene: 'pumps', forMs: 2000 })
    node.advance(10_000)
    expect(node.hasEnded).toBe(true)
    expect(node.emitted()).toHaveLength(24)
  })
})
