import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hourMs } from '../point.ts'
import { filledFolder } from '../testing/filled-folder.ts'
import { answerInfluxql } from './api.ts'

// What the answers have to be, a real InfluxDB says: see e2e/connectors/influxql.test.ts.

const start = Math.floor(1_700_000_000_000 / hourMs) * hourMs
const values = Array.from({ length: 3 * 360 }, (_, at) => (at % 50) - 10)

let place: ReturnType<typeof filledFolder>
beforeAll(() => {
  const devices = ['a', 'b'].map((device) => ({
    store: 'plant',
    measurement: 'm',
    tags: { device },
    startMs: start,
    everyMs: 10_000,
    values,
  }))
  place = filledFolder(devices)
})
afterAll(() => place.remove())

function ask(q: string, db = 'plant') {
  const parameters = Object.entries({ q, db, epoch: 'ms' })
  const call = { path: '/query', parameters, nowMs: start + 4 * hourMs, version: '1' }
  const { status, body } = place.folder.inSnapshot(() => answerInfluxql(call, place.folder))
  return { status, body: JSON.parse(body) }
}

test('gives the same from minutes and hours as from the points', () => {
  const range = `time >= ${start}ms AND time < ${start + 3 * hourMs}ms`
  const columns = ['mean', 'min', 'max', 'sum', 'count', 'spread', 'last'].map(
    (name) => `${name}("value")`,
  )
  const queries = ['10s', '1m', '30m', '1h', '3h'].map(
    (every) => `SELECT ${columns.join()} FROM m WHERE ${range} GROUP BY time(${every}), device`,
  )
  const before = queries.map((query) => ask(query).body)
  place.maintain(start + 10 * hourMs)
  expect(queries.map((query) => ask(query).body)).toEqual(before)
  expect(before[3]?.results[0].series).toHaveLength(2)
})

describe('is not to be harmed by', () => {
  test.each([
    `SELECT mean("value") FROM /${'(a+)+'.repeat(50)}$/`,
    `SELECT ${'('.repeat(2_000)}"value"`,
    `SELECT "value" FROM m WHERE ${'('.repeat(2_000)}"a" = 1`,
    `SELECT "value" FROM m WHERE ${Array.from({ length: 5_000 }, () => `"a" = 'x'`).join(' OR ')}`,
    'SELECT mean("value") FROM m GROUP BY time(0s)',
    `SELECT mean("value") FROM m WHERE time > 0 GROUP BY time(1ms)`,
    'SELECT __proto__ FROM constructor',
    'SELECT toString("value") FROM m',
    '"'.repeat(10_000),
    `SELECT "value" FROM m WHERE device =~ /(/`,
    ';'.repeat(40_000),
    'x'.repeat(100_000),
  ])('%.60s', (query) => {
    const { status, body } = ask(query)
    expect([200, 400]).toContain(status)
    expect(body.error ?? body.results).toBeDefined()
  })

  test.each(['../plant', '_charts/../plant', '', 'PLANT', 'a'.repeat(100)])(
    'the database "%.20s"',
    (db) => {
      expect(ask('SHOW MEASUREMENTS', db).body.results[0].error).toBeTypeOf('string')
    },
  )
})
