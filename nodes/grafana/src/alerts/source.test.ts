import { createHmac } from 'node:crypto'
import { checkNodeType, run, testIntake } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { grafanaAlerts } from './source.ts'

const now = 1_800_000_000_000

/** As Grafana's documentation shows it, shortened. */
const webhook = {
  receiver: 'My Super Webhook',
  status: 'firing',
  orgId: 1,
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'High memory usage', zone: 'us-1' },
      annotations: { summary: 'This alert was triggered for zone us-1' },
      startsAt: '2021-10-12T09:51:03.157076+02:00',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'https://play.grafana.org/alerting/1afz29v7z/edit',
      fingerprint: 'c6eadffa33fcdf37',
      silenceURL: 'https://play.grafana.org/alerting/silence/new',
      dashboardURL: '',
      panelURL: '',
      values: { B: 44.23943737541908, C: 1 },
    },
    {
      status: 'resolved',
      labels: { alertname: 'High CPU usage', zone: 'eu-1' },
      annotations: {},
      startsAt: '2021-10-12T09:56:03.157076+02:00',
      endsAt: '2021-10-12T10:01:03.000000+02:00',
      fingerprint: 'bc97ff14869b13e3',
    },
  ],
  groupLabels: {},
  commonLabels: { team: 'blue' },
  externalURL: 'https://play.grafana.org/',
  version: '1',
  groupKey: '{}:{}',
  title: '[FIRING:2]  (blue)',
}

async function opened(config: object = {}, options: RunOptions = {}) {
  const node = run(grafanaAlerts, config, { startMs: now, ...options })
  await node.start()
  const post = (body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const bytes = new TextEncoder().encode(text)
    const id = node.http.request({ path: '/grafana/alerts', body: bytes, headers })
    return () => node.http.responseTo(id)
  }
  return { node, post }
}

test('keeps little of fingerprints that are long, and still knows them again', async () => {
  const { node, post } = await opened()
  const fingerprint = 'f'.repeat(100_000)
  const alerts = [{ ...webhook.alerts[0], fingerprint }]
  post({ ...webhook, alerts })
  post({ ...webhook, alerts })
  expect(node.emitted('out')).toHaveLength(1)
  expect(JSON.stringify(node.snapshot()).length).toBeLessThan(1000)
})

test('writes no line of the log for each of many who sign wrongly', async () => {
  const { node, post } = await opened({ isSigned: true, hmacSecret: 'secret' })
  for (let n = 0; n < 500; n += 1) post(webhook)
  node.advance(1000)
  expect(node.log().length).toBeLessThan(3)
  expect(node.statuses().at(-1)).toMatchObject({
    state: 'warning',
    text: expect.stringContaining('500 refused with 401'),
  })
})

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(grafanaAlerts)).toEqual([])
})

test('makes a message of each alert', async () => {
  const { node, post } = await opened()
  expect(post(webhook)()).toEqual({ status: 200 })
  const [first, second] = node.emitted('out')
  expect(first).toMatchObject({
    topic: 'High memory usage',
    key: 'c6eadffa33fcdf37',
    payload: {
      status: 'firing',
      labels: { zone: 'us-1' },
      startsAt: Date.parse('2021-10-12T09:51:03.157+02:00'),
      values: { B: 44.23943737541908, C: 1 },
    },
    group: { receiver: 'My Super Webhook', commonLabels: { team: 'blue' } },
  })
  expect(first?.payload).not.toHaveProperty('endsAt')
  expect(second).toMatchObject({
    key: 'bc97ff14869b13e3',
    payload: { status: 'resolved', endsAt: Date.parse('2021-10-12T10:01:03+02:00') },
  })
  expect(first?.['group']).not.toHaveProperty('alerts')
})

const one = (status: string, startsAt = '2021-10-12T09:51:03Z') => {
  return { alerts: [{ status, labels: { alertname: 'a' }, fingerprint: 'f', startsAt }] }
}

test('leaves out what was told before, and tells what changed', async () => {
  const { node, post } = await opened()
  for (const status of ['firing', 'firing', 'resolved', 'resolved']) post(one(status))
  post(one('firing', '2021-10-12T10:00:00Z'))
  const told = () =>
    node.emitted('out').map(({ payload }) => (payload as { status: string }).status)
  expect(told()).toEqual(['firing', 'resolved', 'firing'])
  const all = await opened({ repeats: 'pass' })
  for (const status of ['firing', 'firing']) all.post(one(status))
  expect(all.node.emitted('out')).toHaveLength(2)
})

test('answers once the alerts are in the log, and tells them again after a crash', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  const answer = first.post(one('firing'))
  expect(answer()).toBe(undefined)
  intake.sync()
  expect(answer()).toEqual({ status: 200 })
  const log = testIntake(intake.records)
  const second = await opened({}, { intake: log })
  log.replay(0)
  expect(second.node.emitted('out')).toEqual(first.node.emitted('out'))
  // What is sent once more, because the answer was lost, is known.
  second.post(one('firing'))
  expect(second.node.emitted('out')).toHaveLength(1)
  const lost = second.post(one('resolved'))
  log.sync(new Error('disk full'))
  expect(lost()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
})

test('asks senders to come again while the flow is behind', async () => {
  const { node, post } = await opened()
  node.pause()
  expect(post(webhook)()?.status).toBe(503)
})

test.each([
  ['{', 'FORMAT_DECODE'],
  ['[]', 'GRAFANA_BAD_WEBHOOK'],
  [{ alerts: [1] }, 'GRAFANA_BAD_WEBHOOK'],
  [{ alerts: [{ status: 'odd', startsAt: '2021-10-12T09:51:03Z' }] }, 'GRAFANA_BAD_WEBHOOK'],
  [{ alerts: [{ status: 'firing' }] }, 'GRAFANA_BAD_WEBHOOK'],
])('refuses %j', async (body, code) => {
  const intake = testIntake()
  const { post } = await opened({}, { intake })
  const answer = post(body)()
  expect(answer?.status).toBe(400)
  expect(JSON.parse(String(answer?.body))).toMatchObject({ code })
  expect(intake.records).toEqual([])
})

const sign = (text: string) => createHmac('sha256', 'secret').update(text).digest('hex')

test('takes only what is signed', async () => {
  const { node, post } = await opened({ isSigned: true, hmacSecret: 'secret' })
  const text = JSON.stringify(webhook)
  const header = 'x-grafana-alerting-signature'
  const unsigned = post(text)()
  expect([unsigned?.status, String(unsigned?.body)]).toEqual([
    401,
    expect.stringContaining('missing'),
  ])
  expect(post(text, { [header]: sign(`${text} `) })()?.status).toBe(401)
  expect(node.emitted()).toEqual([])
  expect(post(text, { [header]: sign(text) })()?.status).toBe(200)
})

test('takes only what was signed just now, where there is a timestamp', async () => {
  const { post } = await opened({
    isSigned: true,
    hmacSecret: 'secret',
    signatureHeader: 'X-Sign',
    timestampHeader: 'X-Time',
  })
  const text = JSON.stringify(webhook)
  const at = (seconds: number, signed = seconds) => {
    return { 'x-time': String(seconds), 'x-sign': sign(`${signed}:${text}`) }
  }
  expect(post(text, at(now / 1000))()?.status).toBe(200)
  expect(post(text, at(now / 1000 - 301))()?.status).toBe(401)
  expect(post(text, at(now / 1000, now / 1000 - 1))()?.status).toBe(401)
  expect(post(text, { 'x-sign': sign(text) })()?.status).toBe(401)
})

test('lets in only who knows the token', async () => {
  const { post } = await opened({ admission: 'token', admitToken: 'abc' })
  expect(post(webhook)()?.status).toBe(401)
  expect(post(webhook, { authorization: 'Bearer abc' })()?.status).toBe(200)
})
