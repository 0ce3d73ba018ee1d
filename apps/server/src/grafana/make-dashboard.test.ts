import type { Flow } from '@millrace/flow'
import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { dashboardOf, dashboardUid } from './dashboard-of.ts'
import { makeDashboard } from './make-dashboard.ts'

// The contract is Grafana's published API; the server is a stub of it.
let stub: GrafanaStub

beforeEach(async () => {
  stub = await startGrafanaStub()
})
afterEach(() => stub.stop())

const flow: Flow = {
  millrace: 1,
  name: 'cold-chain',
  title: 'Cold chain',
  nodes: [
    { id: 'in', type: 'mqtt/in', config: {} },
    {
      id: 'c1',
      type: 'core/chart',
      name: 'Trucks',
      config: { title: 'Temperature', unit: '°C', min: -30, value: 'payload.t' },
    },
    {
      id: 's1',
      type: 'store/write',
      config: {
        measurement: 'climate {{payload.site}}',
        tags: [{ name: 'truck id', value: 'payload.truck' }],
        fields: [
          { name: 'value', value: 'payload.t' },
          { name: 'humidity', value: 'payload.h' },
          { name: 'note', value: 'payload.n', type: 'text' },
        ],
      },
    },
    { id: 's2', type: 'store/write', config: { measurement: '3phase' } },
    { id: 'a1', type: 'core/alert', name: 'Too warm', config: {} },
    {
      id: 'g1',
      type: 'grafana/annotation',
      config: { tags: [{ tag: 'trucks' }, { tag: 'site:{{payload.site}}' }] },
    },
    { id: 'c2', type: 'core/chart', config: {}, isDisabled: true },
  ],
  wires: [],
  layout: {},
}

function directory(token = stub.token, config: object = {}) {
  const document = {
    id: 'g',
    type: 'grafana/connection',
    name: 'Grafana',
    config: { url: stub.url, ...config },
  }
  // What is used of the directory.
  return {
    connections: { all: () => new Map([['g', document]]) },
    secrets: { valuesOf: (owner: string) => (owner === 'connection/g' ? { token } : {}) },
  } as unknown as Parameters<typeof makeDashboard>[2]
}

const asked = { connection: 'g', url: 'http://millrace:1880/' }
const uid = 'millrace-cold-chain'

test('has a panel for each chart, stored field and alert, that queries what is kept of it', () => {
  const { panels, annotations } = dashboardOf(flow, 'ds')
  const datasource = { type: 'prometheus', uid: 'ds' }
  expect(panels).toMatchObject([
    {
      id: 1,
      type: 'timeseries',
      title: 'Temperature',
      datasource,
      gridPos: { x: 0, y: 0, w: 12, h: 8 },
      fieldConfig: { defaults: { unit: 'suffix: °C', min: -30 } },
      targets: [{ datasource, expr: 'chart{flow="cold-chain",id="c1"}', legendFormat: '{{line}}' }],
    },
    {
      title: 'climate {{payload.site}}',
      gridPos: { x: 12, y: 0 },
      targets: [
        {
          expr: '{__name__=~"climate_.*",flow="cold-chain"}',
          legendFormat: '{{truck_id}}',
        },
      ],
    },
    { targets: [{ expr: '{__name__=~"climate_.*_humidity",flow="cold-chain"}' }] },
    { targets: [{ expr: '{__name__="_3phase",flow="cold-chain"}', legendFormat: '__auto' }] },
    { type: 'text', title: 'Too warm', gridPos: { x: 0, y: 16 } },
  ])
  expect(annotations).toMatchObject({
    list: [{ target: { type: 'tags', tags: ['trucks'] }, datasource: { uid: '-- Grafana --' } }],
  })
})

test('is known by the flow, however long its name is', () => {
  expect(dashboardUid('cold-chain')).toBe(uid)
  const long = dashboardUid('a'.repeat(64))
  expect(long).toMatch(/^millrace-[0-9a-f]{24}$/)
  expect(dashboardUid('a'.repeat(64))).toBe(long)
  expect(dashboardUid('b'.repeat(64))).not.toBe(long)
})

test('makes data source and dashboard, and changes them when made again', async () => {
  const made = await makeDashboard(flow, asked, directory())
  expect(made).toEqual({
    url: `${stub.url}/d/${uid}/it`,
    dashboard: uid,
    dataSource: expect.stringMatching(/^millrace-[0-9a-f]{12}$/),
  })
  expect([...stub.dataSources.values()]).toMatchObject([
    { uid: made.dataSource, type: 'prometheus', url: 'http://millrace:1880/prometheus' },
  ])
  const again = await makeDashboard({ ...flow, title: 'Renamed' }, asked, directory())
  expect(again).toEqual(made)
  expect([stub.dataSources.size, stub.dashboards.size]).toEqual([1, 1])
  expect(stub.dashboards.get(uid)).toMatchObject({ title: 'Renamed' })
  expect(stub.requests).toContain(`PUT /api/datasources/uid/${made.dataSource}`)
})

test('has a data source for each address of Millrace', async () => {
  const one = await makeDashboard(flow, asked, directory())
  const same = { ...asked, url: 'http://millrace:1880/prometheus/' }
  expect((await makeDashboard(flow, same, directory())).dataSource).toBe(one.dataSource)
  const other = { ...asked, url: 'http://other:1880' }
  expect((await makeDashboard(flow, other, directory())).dataSource).not.toBe(one.dataSource)
})

test('makes the dashboard all the same where data sources are not allowed, and says what is left', async () => {
  stub.forbid('/api/datasources')
  const made = await makeDashboard(flow, asked, directory())
  expect(made.note).toContain(`UID ${made.dataSource}`)
  expect(made.note).toContain('role Admin')
  expect(stub.dashboards.size).toBe(1)
})

const refusalOf = (body: object, parts: ReturnType<typeof directory>) =>
  makeDashboard(flow, { ...asked, ...body }, parts).then(
    () => undefined,
    (error: unknown) => (error instanceof Refusal ? [error.status, error.body.message] : error),
  )

test('says what is wrong', async () => {
  expect(await refusalOf({ connection: 'none' }, directory())).toEqual([
    404,
    '"none" is no connection to a Grafana',
  ])
  expect(await refusalOf({ url: 'millrace' }, directory())).toEqual([
    422,
    expect.stringContaining('http://'),
  ])
  expect(await refusalOf({}, directory('wrong'))).toEqual([
    502,
    expect.stringContaining('set a new one in the connection'),
  ])
  expect(await refusalOf({}, directory(stub.token, { url: 'http://127.0.0.1:1' }))).toEqual([
    502,
    expect.stringContaining('Address'),
  ])
  stub.forbid('/api/dashboards/db')
  expect(await refusalOf({}, directory())).toEqual([502, expect.stringContaining('role Editor')])
})
