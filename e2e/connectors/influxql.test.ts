import { join } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { StoreReader, StoreWriter, tagsText } from '@millrace/store'
import type { StorePoint } from '@millrace/store'
import { startInfluxd } from '@millrace/services'
import type { Influxd } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'

const start = Date.UTC(2026, 2, 1, 10)
const second = 1_000

/** The same points for both: two devices, one without a room, with a gap and a field of each kind. */
const points: readonly (Omit<StorePoint, 'tags'> & { readonly tags: Record<string, string> })[] = [
  ...Array.from({ length: 60 }, (_, at) => at).flatMap((at) => {
    if (at >= 20 && at < 30) return []
    const time = start + at * 10 * second
    const one = { device: 'a', room: 'x 1' }
    const other = { device: 'b' }
    return [
      { measurement: 'climate', field: 'temperature', tags: one, time, value: 20 + (at % 7) },
      { measurement: 'climate', field: 'humidity', tags: one, time, value: 40.5 + at },
      { measurement: 'climate', field: 'temperature', tags: other, time, value: 10 - at / 2 },
    ]
  }),
  ...[true, false, true].map((value, at) => ({
    measurement: 'door',
    field: 'open',
    tags: { device: 'd' },
    time: start + at * 60 * second,
    value,
  })),
  ...['start', 'it "stops"'].map((value, at) => ({
    measurement: 'log/lines',
    field: 'text',
    tags: { level: 'info' },
    time: start + at * 60 * second,
    value,
  })),
]

function lineOf({ measurement, field, tags, time, value }: (typeof points)[number]): string {
  const escape = (text: string) => text.replace(/[ ,=]/g, '\\$&')
  const labels = Object.entries(tags).map(([name, one]) => `,${name}=${escape(one)}`)
  const shown = typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : String(value)
  return `${escape(measurement)}${labels.join('')} ${field}=${shown} ${time}`
}

const within = `time >= ${start}ms and time <= ${start + 599_999}ms`

/** As Grafana's InfluxDB data source builds them, and what people write beside. */
const queries = [
  'SHOW MEASUREMENTS',
  'SHOW measurements',
  'SHOW MEASUREMENTS LIMIT 1',
  'SHOW MEASUREMENTS WITH MEASUREMENT =~ /(?i)CLI/ LIMIT 100',
  'SHOW TAG KEYS',
  'SHOW TAG KEYS FROM "climate"',
  'SHOW TAG VALUES FROM "climate" WITH KEY = "device"',
  'SHOW TAG VALUES WITH KEY IN ("device", "room")',
  `SHOW TAG VALUES FROM "climate" WITH KEY = "device" WHERE "room" = 'x 1'`,
  'SHOW FIELD KEYS',
  'SHOW FIELD KEYS FROM "climate"',
  'SHOW SERIES FROM "door"',
  `SELECT mean("temperature") FROM "climate" WHERE ${within} GROUP BY time(1m) fill(null)`,
  `SELECT mean("temperature") FROM "climate" WHERE ("device" = 'a') AND ${within} GROUP BY time(1m) fill(null)`,
  `SELECT mean("temperature") FROM "climate" WHERE ("device"::tag = 'a') AND ${within} GROUP BY time(1m), "device"::tag fill(none)`,
  `SELECT mean("temperature") FROM "climate" WHERE ("device" =~ /^(a|b)$/) AND ${within} GROUP BY time(2m), "device" fill(previous)`,
  `SELECT mean("temperature") FROM "climate" WHERE ("device" !~ /^b$/) AND ${within} GROUP BY time(30s), "device", "room" fill(linear)`,
  `SELECT max("temperature"), min("humidity") FROM "climate" WHERE ${within} GROUP BY time(5m) fill(0)`,
  `SELECT count("temperature"), sum("temperature"), spread("temperature") FROM "climate" WHERE ${within} GROUP BY time(1m)`,
  `SELECT first("temperature"), last("temperature") FROM "climate" WHERE ${within} AND device = 'a' GROUP BY time(1m) fill(none)`,
  `SELECT median("temperature"), stddev("temperature"), percentile("temperature", 90) FROM "climate" WHERE ${within} GROUP BY time(5m)`,
  `SELECT last("temperature") FROM "climate" WHERE ${within} AND "device" = 'a'`,
  `SELECT max("temperature") FROM "climate" WHERE ${within} AND "device" = 'a'`,
  `SELECT mean("temperature") FROM "climate" WHERE ${within}`,
  `SELECT mean(*) FROM "climate" WHERE ${within} GROUP BY "device"`,
  `SELECT mean("temperature") AS "t" FROM "climate" WHERE ${within} GROUP BY * ORDER BY time DESC`,
  `SELECT non_negative_derivative(mean("humidity"), 10s) FROM "climate" WHERE ${within} GROUP BY time(1m) fill(none)`,
  `SELECT derivative(mean("humidity"), 1m) FROM "climate" WHERE ${within} GROUP BY time(1m) fill(none)`,
  `SELECT difference(last("humidity")) FROM "climate" WHERE ${within} GROUP BY time(2m) fill(none)`,
  `SELECT moving_average(mean("humidity"), 2) FROM "climate" WHERE ${within} GROUP BY time(1m) fill(none)`,
  `SELECT cumulative_sum(sum("humidity")) FROM "climate" WHERE ${within} GROUP BY time(2m) fill(none)`,
  `SELECT mean("temperature") * 2 + 1 FROM "climate" WHERE ${within} GROUP BY time(5m)`,
  `SELECT mean("temperature") / mean("humidity") FROM "climate" WHERE device = 'a' AND ${within} GROUP BY time(5m)`,
  `SELECT "temperature" FROM "climate" WHERE ${within} AND "device" = 'b' LIMIT 3`,
  `SELECT "temperature", "humidity", "room" FROM "climate" WHERE ${within} AND "device" = 'a' ORDER BY time DESC LIMIT 2 OFFSET 1`,
  `SELECT * FROM "climate" WHERE ${within} LIMIT 4`,
  `SELECT * FROM "climate" WHERE ${within} AND "temperature" > 25 AND device = 'a'`,
  `SELECT "temperature" FROM "climate" WHERE ${within} AND ("device" = 'a' OR "temperature" < -17)  LIMIT 5`,
  `SELECT count("temperature") FROM "climate" WHERE ${within} AND "humidity" >= 90`,
  `SELECT mean("temperature") FROM "climate" WHERE "missing" = '' AND ${within}`,
  `SELECT mean("temperature") FROM "climate" WHERE "missing" = 'x' AND ${within}`,
  `SELECT mean("temperature") FROM "nothing" WHERE ${within}`,
  `SELECT mean("temperature") FROM /^cli/ WHERE ${within} GROUP BY time(10m)`,
  `SELECT "open" FROM "door" WHERE time >= '2026-03-01T10:00:00Z' AND time < '2026-03-01 10:02:00'`,
  'SELECT "text" FROM "log/lines"',
  'SELECT count("text"), last("text") FROM "log/lines"',
  `SELECT mean("temperature") FROM "climate" WHERE ${within} GROUP BY time(7m, 1m)`,
  `SELECT mean("temperature") FROM "plant"."autogen"."climate" WHERE ${within} GROUP BY time(5m); SHOW MEASUREMENTS`,
  `SELECT abs(mean("temperature")) FROM "climate" WHERE ${within} AND device = 'b' GROUP BY time(5m)`,
]

describeWith(['influxd'], 'InfluxQL over what flows keep', () => {
  let influxd: Influxd
  let folder = ''
  let reader: StoreReader

  beforeAll(async () => {
    influxd = await startInfluxd({ databases: ['plant'] })
    const written = await fetch(`${influxd.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: points.map(lineOf).join('\n'),
    })
    if (written.status !== 204) throw new Error(await written.text())
    folder = await mkdtemp(join(tmpdir(), 'millrace-influxql-'))
    const writer = new StoreWriter({
      path: join(folder, 'plant.sqlite'),
      limits: { seriesMax: 100, bytesMax: 0 },
      retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
    })
    const own = points.map((point) => ({ ...point, tags: tagsText(Object.entries(point.tags)) }))
    const refused = await writer.write(own, start)
    if (refused.length > 0) throw new Error(refused[0]?.message)
    await writer.close()
    const after = (delayMs: number, run: () => void) => {
      const timer = setTimeout(run, delayMs)
      return { cancel: () => clearTimeout(timer) }
    }
    const limits = { withinMs: 10_000, waitingMax: 10, idleMs: 60_000 }
    reader = new StoreReader({ folder, timers: { after }, ...limits })
  })

  afterAll(async () => {
    await reader.close()
    await influxd.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const ours = async (parameters: Record<string, string>) => {
    const call = { path: '/query', nowMs: start + 3_600_000, version: '1' }
    const reply = await reader.influxql({ ...call, parameters: Object.entries(parameters) })
    return { status: reply.status, body: JSON.parse(reply.body) }
  }

  const theirs = async (parameters: Record<string, string>) => {
    const reply = await fetch(`${influxd.url}/query?${new URLSearchParams(parameters)}`)
    return { status: reply.status, body: await reply.json() }
  }

  test.each(queries)('%s gives what InfluxDB gives', async (q) => {
    const parameters = { db: 'plant', epoch: 'ms', q }
    const [own, expected] = [await ours(parameters), await theirs(parameters)]
    expect(rounded(own)).toEqual(rounded(expected))
  })

  test('times come as RFC 3339 where no precision is asked for', async () => {
    const q = `SELECT "open" FROM "door"`
    expect(await ours({ db: 'plant', q })).toEqual(await theirs({ db: 'plant', q }))
  })

  test.each(['SELECT', 'SELECT mean( FROM x', 'SHOW', 'SHOW TAG VALUES', 'nonsense', ''])(
    '"%s" is refused with 400 here and there',
    async (q) => {
      const [own, expected] = [await ours({ db: 'plant', q }), await theirs({ db: 'plant', q })]
      expect([own.status, typeof own.body.error]).toEqual([expected.status, 'string'])
      expect(own.status).toBe(400)
    },
  )

  test.each([
    'DROP DATABASE plant',
    'DELETE FROM climate',
    'CREATE DATABASE x',
    'SELECT * INTO x FROM climate',
  ])('"%s" changes nothing', async (q) => {
    const { status, body } = await ours({ db: 'plant', q })
    expect(status).toBe(400)
    expect(body.error).toBeTypeOf('string')
  })

  test('says what is not there or too much', async () => {
    const unknown = await ours({ db: 'none', q: 'SHOW MEASUREMENTS' })
    expect(unknown.body.results[0].error).toBe('database not found: none')
    const q = `SELECT mean("temperature") FROM "climate" WHERE ${within} GROUP BY time(1ms)`
    expect((await ours({ db: 'plant', q })).body.results[0].error).toContain('max-select-buckets')
    const databases = await ours({ q: 'SHOW DATABASES' })
    expect(databases.body.results[0].series[0].values).toEqual([['plant']])
  })
})

/** Sums in another order differ in the last digits. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(10))
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rounded(one)]))
}
