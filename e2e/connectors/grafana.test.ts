import { grafanaAlerts } from '@millrace/nodes-grafana'
import { realTime, run, testIntake } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { startAlertmanager } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterEach, expect, test, vi } from 'vitest'
import { openDoor } from './http-door.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 })

async function webhook(config: object = {}, intake = testIntake()) {
  const node = run(grafanaAlerts, config, { time, intake })
  opened.push(() => node.close())
  await node.start()
  const sync = setInterval(() => intake.sync(), 10)
  opened.push(() => clearInterval(sync))
  const door = await openDoor(node.http)
  opened.push(() => door.close())
  return { node, url: `${door.url}/grafana/alerts` }
}

// What the node under test makes of an alert.
const told = (node: TestRun) =>
  node
    .emitted('out')
    .map(({ topic, payload }) => `${topic} ${(payload as { status: string }).status}`)

const hot = { labels: { alertname: 'TooHot', device: 'pump-7' }, annotations: { summary: 'hot' } }

describeWith(['alertmanager'], 'Grafana alerts with Alertmanager', () => {
  test('takes what fires and what is resolved, each once', async () => {
    const { node, url } = await webhook()
    const manager = await startAlertmanager({ webhookUrl: url })
    opened.push(() => manager.stop())
    const startsAt = new Date(Date.now() - 60_000).toISOString()
    await manager.tell([{ ...hot, startsAt }])
    await until(() => expect(told(node)).toEqual(['TooHot firing']))
    expect(node.emitted('out')[0]).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{16}$/),
      payload: {
        labels: hot.labels,
        annotations: hot.annotations,
        startsAt: Date.parse(startsAt),
      },
      group: { version: '4', receiver: 'flow' },
    })
    await manager.tell([{ ...hot, startsAt }])
    await manager.tell([{ ...hot, startsAt, endsAt: new Date(Date.now() - 1000).toISOString() }])
    await until(() => expect(told(node)).toEqual(['TooHot firing', 'TooHot resolved']))
    expect(node.emitted('out')[1]?.payload).toMatchObject({ endsAt: expect.any(Number) })
  })

  test('gets again what could not be taken in', async () => {
    const { node, url } = await webhook()
    node.pause()
    const manager = await startAlertmanager({ webhookUrl: url })
    opened.push(() => manager.stop())
    await manager.tell([hot])
    await until(() => expect(manager.log()).toContain('503'))
    node.resume()
    await until(() => expect(told(node)).toEqual(['TooHot firing']))
  })

  test('lets it in with its token only', async () => {
    const { node, url } = await webhook({ admission: 'token', admitToken: 'abc' })
    const stranger = await startAlertmanager({ webhookUrl: url })
    opened.push(() => stranger.stop())
    const httpConfig = ['authorization: { credentials: abc }']
    const known = await startAlertmanager({ webhookUrl: url, httpConfig })
    opened.push(() => known.stop())
    await stranger.tell([{ labels: { alertname: 'Unknown' } }])
    await until(() => expect(stranger.log()).toContain('401'))
    await known.tell([hot])
    await until(() => expect(told(node)).toEqual(['TooHot firing']))
  })
})
