import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreReader, StoreWriter, tagsText } from '@millrace/store'
import type { StorePoint } from '@millrace/store'
import { startPrometheus, type Prometheus } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'

const hourMs = 3_600_000
/** Young enough for what Prometheus keeps. */
const start = Math.floor((Date.now() - 6 * hourMs) / hourMs) * hourMs
const stepMs = 15_000
/** Queries are made at whole minutes: no sample is at the edge of a range, which versions see differently. */
const shiftMs = 4_000

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: (at: number) => number | undefined
}

/** Half an hour: counters of which one starts anew, gauges of which one has a gap, a histogram. */
const series: readonly Series[] = [
  { name: 'made_total', labels: { device: 'a', room: 'x' }, value: (at) => at * 3 },
  { name: 'made_total', labels: { device: 'b', room: 'x' }, value: (at) => (at % 50) * 2 + 1 },
  { name: 'made_total', labels: { device: 'c', room: 'y' }, value: (at) => at * at * 0.1 },
  { name: 'temp', labels: { device: 'a', kind: 'in' }, value: (at) => 20 + Math.sin(at / 5) * 3 },
  { name: 'temp', labels: { device: 'a', kind: 'out' }, value: (at) => 5 - at / 40 },
  {
    name: 'temp',
    labels: { device: 'b', kind: 'in' },
    value: (at) => (at > 30 && at < 80 ? undefined : 18 + (at % 9)),
  },
  ...['0.1', '0.5', '1', '+Inf'].map((le, place) => ({
    name: 'took_bucket',
    labels: { le, device: 'a' },
    value: (at: number) => at * (place + 1) * 2,
  })),
]

const samples = series.flatMap(({ name, labels, value }) =>
  Array.from({ length: 120 }, (_, at) => at).flatMap((at) => {
    const found = value(at)
    return found === undefined
      ? []
      : [{ name, labels, time: start + shiftMs + at * stepMs, value: found }]
  }),
)

const queries = [
  'made_total',
  'made_total{device!="a"}',
  'temp{device=~"a|b", kind!~"o.*"}',
  '{__name__=~"ma.e_.*"}',
  'temp offset 5m',
  'temp offset -2m',
  `temp @ ${start / 1000 + 600}`,
  'temp @ end()',
  'rate(made_total[5m])',
  'rate(made_total[1m])',
  'irate(made_total[2m])',
  'increase(made_total[10m])',
  'delta(temp[5m])',
  'idelta(temp[5m])',
  'deriv(temp[5m])',
  'predict_linear(temp[10m], 3600)',
  'changes(temp[5m])',
  'resets(made_total[20m])',
  'avg_over_time(temp[5m])',
  'min_over_time(temp[5m])',
  'max_over_time(temp[5m])',
  'sum_over_time(temp[5m])',
  'count_over_time(temp[5m])',
  'last_over_time(temp[5m])',
  'present_over_time(temp[5m])',
  'stddev_over_time(temp[5m])',
  'stdvar_over_time(temp[5m])',
  'quantile_over_time(0.9, temp[5m])',
  'absent_over_time(temp{device="b"}[3m])',
  'absent(temp{device="b"})',
  'absent(nothing)',
  'sum(temp)',
  'sum by (device) (temp)',
  'avg without (kind) (temp)',
  'min by (kind) (temp)',
  'max(temp) by (kind)',
  'count(temp)',
  'group by (device) (temp)',
  'stddev(temp)',
  'stdvar by (device) (temp)',
  'quantile(0.3, temp)',
  'topk(2, temp)',
  'bottomk by (device) (1, temp)',
  'temp + 1',
  '2 * temp ^ 2 % 7',
  '-temp',
  '-2 ^ 2',
  'temp > 10',
  'temp > bool 10',
  '15 <= temp',
  'made_total / on(device) group_left(room) temp{kind="in"}',
  'temp * on(device) group_left(room) made_total',
  'sum by (device) (temp) / sum by (device) (made_total)',
  'temp{kind="in"} - ignoring(kind) temp{kind="out"}',
  'temp and on(device) made_total > 100',
  'temp or made_total',
  'temp unless on(device) made_total{device="a"}',
  'temp{kind="in"} == temp{kind="in"}',
  'abs(temp - 15)',
  'ceil(temp)',
  'floor(temp)',
  'round(temp, 0.5)',
  'clamp(temp, 0, 19)',
  'clamp_min(temp, 4)',
  'sgn(temp - 10)',
  'sqrt(made_total)',
  'ln(made_total)',
  'exp(temp / 100)',
  'time()',
  'vector(time())',
  'timestamp(temp)',
  'timestamp(temp + 1)',
  'minute()',
  'hour(vector(0))',
  'day_of_week(timestamp(temp))',
  'days_in_month()',
  'scalar(sum(temp))',
  'histogram_quantile(0.9, rate(took_bucket[5m]))',
  'histogram_quantile(0.5, sum by (le) (took_bucket))',
  'label_replace(temp, "where", "$1-$2", "kind", "(.)(.*)")',
  'label_join(temp, "both", "/", "device", "kind")',
  'max_over_time(rate(made_total[2m])[10m:70007ms])',
  'avg_over_time((temp > 10)[5m:70007ms])',
  'sum(rate(made_total[5m])) by (room) > 0.1',
  'count_values("v", round(temp))',
]

describeWith(['prometheus', 'promtool'], 'PromQL over what flows keep', () => {
  let prometheus: Prometheus
  let folder = ''
  let reader: StoreReader

  beforeAll(async () => {
    prometheus = await startPrometheus({ samples: openMetrics() })
    folder = await mkdtemp(join(tmpdir(), 'millrace-promql-'))
    const writer = new StoreWriter({
      path: join(folder, 'f.sqlite'),
      limits: { seriesMax: 100, bytesMax: 0 },
      retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
    })
    const points: StorePoint[] = samples.map(({ name, labels, time, value }) => {
      return {
        measurement: name,
        field: 'value',
        tags: tagsText(Object.entries(labels)),
        time,
        value,
      }
    })
    const refused = await writer.write(points, start)
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
    await prometheus.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const both = async (path: string, parameters: Record<string, string>) => {
    const call = { path: `/api/v1/${path}`, nowMs: start, version: '1' }
    const own = await reader.prometheus({ ...call, parameters: Object.entries(parameters) })
    const theirs = await fetch(`${prometheus.url}${call.path}?${new URLSearchParams(parameters)}`)
    return {
      own: { status: own.status, body: comparable(JSON.parse(own.body)) },
      expected: { status: theirs.status, body: comparable(await theirs.json()) },
    }
  }

  test.each(queries.filter((query) => !query.startsWith('count_values')))(
    '%s gives what Prometheus gives, at a moment and over time',
    async (query) => {
      const instant = await both('query', { query, time: String(start / 1000 + 1200) })
      expect(instant.own).toEqual(instant.expected)
      const from = start / 1000
      const over = { query, start: String(from), end: String(from + 2400), step: '60' }
      const ranged = await both('query_range', over)
      expect(ranged.own).toEqual(ranged.expected)
    },
  )

  test.each([
    'rate(temp)',
    'sum(',
    'temp[5m',
    '{}',
    'nothing(temp)',
    'temp{a="b"',
    '1 +',
    'temp > 1 bool',
    'made_total + on(room) temp',
  ])('"%s" is refused in the same way', async (query) => {
    const { own, expected } = await both('query', { query, time: String(start / 1000 + 1200) })
    const kind = ({ status, body }: typeof own) => [
      status,
      (body as { errorType?: string }).errorType,
    ]
    expect(kind(own)).toEqual(kind(expected))
  })

  test.each([
    ['labels', {}],
    ['labels', { 'match[]': 'temp' }],
    ['label/device/values', {}],
    ['label/__name__/values', { start: String(start / 1000), end: String(start / 1000 + 3600) }],
    ['series', { 'match[]': 'temp{kind="in"}' }],
  ])('the list %s', async (path, parameters) => {
    const { own, expected } = await both(path, parameters)
    expect(own).toEqual(expected)
  })
})

/** In order of metrics, as the format asks. */
function openMetrics(): string {
  const names = [...new Set(series.map(({ name }) => name))]
  const lines = names.flatMap((name) => {
    const own = samples.filter((sample) => sample.name === name)
    const head = `# TYPE ${name.replace(/_(?:total|bucket)$/, '')} unknown`
    return [
      head,
      ...own.map(({ labels, time, value }) => {
        const shown = Object.entries(labels).map(([label, one]) => `${label}="${one}"`)
        return `${name}{${shown.join()}} ${value} ${time / 1000}`
      }),
    ]
  })
  return `${lines.join('\n')}\n# EOF\n`
}

type Result = { metric?: Record<string, string>; value?: unknown; values?: unknown[] }

/** Without our label for the flow, series in one order, and values rounded. */
function comparable(body: { data?: unknown }): unknown {
  const { data } = body
  if (Array.isArray(data)) {
    const kept = data
      .filter((one) => one !== 'flow')
      .map((one) => (isRecord(one) ? withoutFlow(one) : one))
    return { ...body, data: sorted(kept) }
  }
  if (!isRecord(data) || !Array.isArray(data['result'])) return body
  if (data['resultType'] === 'scalar')
    return { ...body, data: { ...data, result: rounded(data['result']) } }
  const result = (data['result'] as Result[]).map(({ metric = {}, value, values }) => ({
    metric: withoutFlow(metric),
    ...(value !== undefined && { value: rounded(value) }),
    ...(values !== undefined && { values: values.map(rounded) }),
  }))
  return { ...body, data: { ...data, result: sorted(result) } }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sorted = (values: readonly unknown[]) =>
  values.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))

function withoutFlow(labels: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([name]) => name !== 'flow')
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}

function rounded(value: unknown): unknown {
  const [time, text] = value as [number, string]
  return [time, Number(Number(text).toPrecision(9))]
}
