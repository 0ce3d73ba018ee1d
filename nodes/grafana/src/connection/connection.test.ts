import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grafanaConnection } from './connection.ts'
import { grafanaConnectionDescriptor } from './descriptor.ts'

// The contract is Grafana's published API; the server is a stub of it.
let stub: GrafanaStub
const time = realTime(globalThis)

beforeAll(async () => {
  stub = await startGrafanaStub()
})
afterAll(() => stub.stop())

test('is described as node types have to be', () => {
  expect(checkDescriptor(grafanaConnectionDescriptor)).toEqual([])
})

test('tests name, port, version, sign-in and permissions', async () => {
  const { url, token } = stub
  const steps = await testConnection(grafanaConnection, { url, token }, { time })
  expect(steps.map(({ step, outcome }) => [step, outcome])).toEqual([
    ['Name', 'passed'],
    ['TCP connection', 'passed'],
    ['Grafana', 'passed'],
    ['Sign-in', 'passed'],
    ['Permissions', 'passed'],
  ])
  expect(steps.map(({ text }) => text).slice(2)).toEqual([
    'Version 12.0.0',
    'Signed in to the organization Main Org.',
    'May make annotations, change annotations, make dashboards; may not make data sources',
  ])
})

test('says what is wrong with a token, an address, a path', async () => {
  const { url, token } = stub
  const last = async (config: object) => {
    const steps = await testConnection(grafanaConnection, config, { time })
    return steps.find(({ outcome }) => outcome === 'failed')
  }
  expect(await last({ url, token: 'other' })).toEqual({
    step: 'Sign-in',
    outcome: 'failed',
    text: expect.stringContaining('set a new "Token of a service account"'),
  })
  expect(await last({ url: 'http://127.0.0.1:1', token })).toMatchObject({
    text: expect.stringContaining('Address'),
  })
  expect(await last({ url: `${url}/elsewhere`, token })).toMatchObject({ step: 'Grafana' })
})

test.each([
  [400, 'refused', 'GRAFANA_REFUSED'],
  [403, 'later', 'GRAFANA_NO_PERMISSION'],
  [404, 'missing', 'GRAFANA_NOT_FOUND'],
  [302, 'later', 'GRAFANA_NOT_FOUND'],
  [429, 'later', 'GRAFANA_BUSY'],
  [502, 'later', 'GRAFANA_FAILED'],
])('takes status %i for %s', async (status, kind, code) => {
  const { url, token } = stub
  const connection = openConnection(grafanaConnection, { url, token }, { time })
  stub.answerWith(status)
  const reply = await connection.handle.ask({ method: 'GET', path: '/api/org' })
  stub.answerWith(0)
  await connection.close()
  expect(reply).toMatchObject({ kind, error: { code } })
})
