import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import type { Outcome } from '../policy/outcome.ts'
import { shortKey } from './event.ts'
import { pagerduty } from './sink.ts'

function fakeService() {
  const events: object[] = []
  const enqueue = (event: object): Promise<Outcome> => {
    events.push(event)
    return Promise.resolve({ kind: 'sent' })
  }
  return { events, enqueue }
}

async function play(payloads: readonly object[], config: object = {}): Promise<readonly object[]> {
  const service = fakeService()
  const node = run(pagerduty, { service, ...config }, { startMs: 1_767_225_600_000 })
  for (const payload of payloads) node.send({ payload, key: 'press-4' })
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve()
    node.advance(1)
  }
  return service.events
}

const alert = {
  change: 'raised',
  key: 'press-4',
  severity: 'critical',
  text: 'press-4 is at 83 °C',
  value: 83,
  time: 1_767_225_600_000,
  since: 1_767_225_600_000,
  node: 'hot',
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(pagerduty, { service: fakeService() })).toEqual([])
})

test('triggers, acknowledges and resolves the same incident', async () => {
  const dedup_key = 'test/node/hot/press-4'
  const changes = ['raised', 'acknowledged', 'cleared']
  expect(await play(changes.map((change) => ({ ...alert, change })))).toEqual([
    {
      event_action: 'trigger',
      dedup_key,
      client: 'Millrace',
      payload: {
        summary: 'press-4 is at 83 °C',
        source: 'millrace',
        severity: 'critical',
        timestamp: '2026-01-01T00:00:00.000Z',
        custom_details: { key: 'press-4', value: 83, since: 1_767_225_600_000 },
      },
    },
    { event_action: 'acknowledge', dedup_key },
    { event_action: 'resolve', dedup_key },
  ])
})

test('tells nothing of what was over within quiet hours, unless it is critical', async () => {
  const quiet = { hasQuietHours: true, quietFrom: '00:00', quietTo: '01:00', timeZone: 'UTC' }
  const changes = ['raised', 'cleared'].map((change) => ({ ...alert, change }))
  expect(await play(changes, quiet)).toHaveLength(2)
  const mild = changes.map((payload) => ({ ...payload, severity: 'warning' }))
  expect(await play(mild, quiet)).toEqual([])
})

test('sends an event for each alert, in order', async () => {
  const keys = ['a', 'b', 'c']
  const events = await play(keys.map((key) => ({ ...alert, key })))
  expect(events.map((event) => 'dedup_key' in event && event.dedup_key)).toEqual(
    keys.map((key) => `test/node/hot/${key}`),
  )
})

test('takes the incident from its template, and adds what is asked for', async () => {
  const events = await play([alert], {
    dedupKey: ({ key }: { key: string }) => `line/${key}`,
    component: () => 'press',
    link: () => 'https://plant.example.org',
  })
  expect(events).toMatchObject([
    {
      dedup_key: 'line/press-4',
      payload: { component: 'press' },
      links: [{ href: 'https://plant.example.org', text: 'Open' }],
    },
  ])
})

test('keeps long keys apart', () => {
  const hash = (text: string) => text.slice(-32)
  const [one, two] = ['1', '2'].map((end) => shortKey('k'.repeat(300) + end, hash))
  expect(one).toHaveLength(255)
  expect(one).not.toBe(two)
})
