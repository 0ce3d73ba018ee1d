import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { inject } from './source.ts'

const start = Date.UTC(2026, 0, 30, 5, 0, 0)

async function started(config: Parameters<typeof run>[1], startMs = start): Promise<TestRun> {
  const node = run(inject, config, { startMs })
  await node.start()
  return node
}

describe('inject', () => {
  it('sends a message at the press of the button', async () => {
    const node = await started({ payloadKind: 'json', json: { t: 21.5 }, topic: 'plant/t1' })
    expect(node.emitted()).toEqual([])
    node.action('inject')
    expect(node.emitted()).toEqual([{ payload: { t: 21.5 }, topic: 'plant/t1', time: start }])
    expect(node.deliveries()).toHaveLength(1)
  })

  it.each([
    [{ payloadKind: 'timestamp' }, start],
    [{ payloadKind: 'text', text: 'hi' }, 'hi'],
    [{ payloadKind: 'number', number: 3 }, 3],
    [{ payloadKind: 'boolean', boolean: false }, false],
    [
      { payloadKind: 'expression', expression: ({ payload }: { payload: unknown }) => [payload] },
      [1],
    ],
  ])('makes the payload of %o', async (config, payload) => {
    const node = await started(config)
    node.action('inject')
    expect(node.emitted()[0]?.payload).toEqual(payload)
    expect(node.emitted()[0]).not.toHaveProperty('topic')
  })

  it('gives every message JSON of its own', async () => {
    const node = await started({ payloadKind: 'json', json: { list: [1] } })
    node.action('inject')
    node.action('inject')
    expect(node.emitted()[0]?.payload).not.toBe(node.emitted()[1]?.payload)
  })

  it('sends after the start, and at equal intervals', async () => {
    const node = await started({
      atStart: true,
      startDelayMs: 50,
      schedule: 'every',
      everyMs: 1000,
    })
    node.advance(49)
    expect(node.emitted()).toHaveLength(0)
    node.advance(1)
    expect(node.emitted()).toHaveLength(1)
    node.advance(2950)
    expect(node.emitted().map(({ time }) => (time ?? 0) - start)).toEqual([50, 1000, 2000, 3000])
  })

  it('leaves ticks out under back pressure, and goes on after', async () => {
    const node = await started({ schedule: 'every', everyMs: 1000 })
    node.pause()
    node.advance(5000)
    expect(node.emitted()).toHaveLength(0)
    node.resume()
    node.advance(1000)
    expect(node.emitted()).toHaveLength(1)
  })

  it('sends nothing by itself once it is to stop', async () => {
    const node = await started({ schedule: 'every', everyMs: 1000 })
    await node.stop()
    node.advance(5000)
    expect(() => node.action('inject')).toThrow('is stopping')
    expect(node.emitted()).toHaveLength(0)
  })

  it('follows a calendar in its time zone, over the change to summer time', async () => {
    // In Berlin, 02:30 does not exist on 29 March 2026; summer time begins.
    const before = Date.UTC(2026, 2, 28, 0, 0, 0)
    const calendar = { schedule: 'cron', cron: '0 6 * * *', timeZone: 'Europe/Berlin' }
    const node = await started(calendar, before)
    node.advance(3 * 86_400_000)
    expect(node.emitted().map(({ time }) => new Date(time ?? 0).toISOString())).toEqual([
      '2026-03-28T05:00:00.000Z',
      '2026-03-29T04:00:00.000Z',
      '2026-03-30T04:00:00.000Z',
    ])
  })

  it.each([
    { cron: 'every morning', timeZone: '' },
    { cron: '* * * * *', timeZone: 'Mars/Olympus' },
  ])('refuses the calendar %o with the reason', async (calendar) => {
    const opening = started({ schedule: 'cron', ...calendar })
    await expect(opening).rejects.toMatchObject({ code: 'INJECT_BAD_SCHEDULE' })
  })

  it('never runs a calendar that has no next time', async () => {
    const node = await started({ schedule: 'cron', cron: '0 0 30 2 *' })
    node.advance(400 * 86_400_000)
    expect(node.emitted()).toEqual([])
    expect(node.openTimers).toBe(0)
  })
})
