import type { Message } from '@millrace/sdk'
import { checkNodeType, openConnection, realTime, run } from '@millrace/sdk/testing'
import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grafanaConnection } from '../connection/connection.ts'
import { grafanaLive } from './sink.ts'

// The contract is Grafana's published API; the server is a stub of it.
let stub: GrafanaStub
const opened: (() => unknown)[] = []
const time = realTime(globalThis)

beforeEach(async () => {
  stub = await startGrafanaStub()
})
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
  await stub.stop()
})

const mapping = {
  measurement: () => 'climate',
  tags: [{ name: 'device', value: (message: Message) => message.key ?? null }],
  fields: [{ name: 'value', value: (message: Message) => message.payload, type: 'auto' }],
}

function node(config: object = {}) {
  const { url, token } = stub
  const connection = openConnection(grafanaConnection, { url, token }, { time })
  const sink = run(
    grafanaLive,
    { server: connection.handle, batchAgeMs: 5, ...mapping, ...config },
    { time },
  )
  opened.push(() => connection.close())
  opened.push(() => sink.close())
  return sink
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 })

test('holds to the contract of a node', async () => {
  const server = { host: 'test', ask: () => Promise.resolve({ kind: 'done' }) }
  expect(await checkNodeType(grafanaLive, { server, ...mapping })).toEqual([])
})

test('pushes values as lines with nanoseconds', async () => {
  const sink = node({ stream: 'plant' })
  sink.sendAll([
    { payload: 21.5, key: 'a', time: 1_700_000_000_000 },
    { payload: 22, key: 'b', time: 1_700_000_000_001 },
  ])
  await until(() => expect(sink.openHolds).toBe(0))
  expect(stub.live.get('plant')).toEqual([
    'climate,device=a value=21.5 1700000000000000000',
    'climate,device=b value=22 1700000000001000000',
  ])
})

test('gives up values that are no longer live', async () => {
  const sink = node({ retryForMs: 1 })
  stub.answerWith(502)
  sink.send({ payload: 1, time: 1_700_000_000_000 })
  await until(() => expect(sink.failures()).toMatchObject([{ code: 'GRAFANA_FAILED' }]))
})

test('lets what Grafana refuses leave by the error port', async () => {
  const sink = node({})
  stub.answerWith(400)
  sink.send({ payload: 1, time: 1_700_000_000_000 })
  await until(() => expect(sink.failures()).toMatchObject([{ code: 'GRAFANA_REFUSED' }]))
})
