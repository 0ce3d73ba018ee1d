import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hourMs } from '../point.ts'
import { filledFolder } from '../testing/filled-folder.ts'
import { answerPrometheus } from './api.ts'
import { SampleSource } from './sample-source.ts'

const start = Math.floor(1_700_000_000_000 / hourMs) * hourMs
/** Ten minutes after the start. */
const at = start + 600_000

/** 0 to 60 each ten seconds: a counter that grows by one a ten seconds, and by two. */
const counter = (by: number) => Array.from({ length: 61 }, (_, step) => step * by)

const filled = () =>
  filledFolder([
    ...['a', 'b'].map((device, by) => ({
      store: 'plant',
      measurement: 'made',
      field: 'total',
      tags: { device, room: 'x' },
      startMs: start,
      everyMs: 10_000,
      values: counter(by + 1),
    })),
    ...['a', 'b', 'c'].map((device, by) => ({
      store: 'plant',
      measurement: 'temp.outer',
      tags: { device, 'site-id': String(by % 2) },
      startMs: start,
      everyMs: 60_000,
      values: Array.from({ length: 11 }, (_, step) => 10 * (by + 1) + (step % 3)),
    })),
    ...[
      ['0.1', 10],
      ['0.5', 30],
      ['+Inf', 40],
    ].map(([le, count]) => ({
      store: 'other',
      measurement: 'took_bucket',
      tags: { le: String(le), flow: 'theirs' },
      startMs: at,
      everyMs: 1,
      values: [Number(count)],
    })),
    {
      store: 'plant',
      measurement: 'door',
      field: 'open',
      startMs: at - 1000,
      everyMs: 1000,
      values: [false, true],
    },
    { store: 'plant', measurement: 'note', startMs: at, everyMs: 1, values: ['text is no metric'] },
  ])

let place: ReturnType<typeof filled>
let source: SampleSource
beforeAll(() => {
  place = filled()
  source = new SampleSource(place.folder)
})
afterAll(() => place.remove())

function call(path: string, parameters: Record<string, string | readonly string[]>) {
  const reply = place.folder.inSnapshot(() =>
    answerPrometheus(
      {
        path: `/api/v1/${path}`,
        parameters: Object.entries(parameters).flatMap(([name, value]) =>
          typeof value === 'string'
            ? [[name, value]]
            : value.map((one): [string, string] => [name, one]),
        ) as [string, string][],
        nowMs: at,
        version: '1',
      },
      source,
    ),
  )
  return { status: reply.status, body: JSON.parse(reply.body) }
}

/** Results of an instant query as lines: labels but `flow`, and the value. */
function lines(query: string): string[] {
  const { body } = call('query', { query })
  if (body.status !== 'success') return [`${body.errorType}: ${body.error}`]
  const { result, resultType } = body.data
  if (resultType === 'scalar' || resultType === 'string') return [result[1]]
  return result.map(
    ({ metric, value }: { metric: Record<string, string>; value: [number, string] }) => {
      const { __name__: name = '', flow: _flow, ...labels } = metric
      const shown = Object.entries(labels).map(([label, one]) => `${label}=${one}`)
      return `${name}{${shown.join()}} ${Math.round(Number(value[1]) * 1e6) / 1e6}`
    },
  )
}

test('bounds what all parts of a query take together', () => {
  const step = 0.01
  const range = {
    start: String(at / 1000),
    end: String(at / 1000 + 10_999 * step),
    step: `${step}`,
  }
  const wide = `vector(${Array.from({ length: 9000 }, () => '1').join()})`
  const { status, body } = call('query_range', { query: wide, ...range })
  expect([status, body.error]).toEqual([422, expect.stringContaining('too many samples')])
  expect(call('query_range', { query: 'vector(1)', ...range }).status).toBe(200)
})

describe('an instant query', () => {
  test.each<[string, string[]]>([
    ['1 + 2 * 3 ^ 2', ['19']],
    ['-2 ^ 2', ['-4']],
    ['"text"', ['text']],
    ['1 / 0', ['+Inf']],
    ['7 % 4', ['3']],
    ['made_total', ['made_total{device=a,room=x} 60', 'made_total{device=b,room=x} 120']],
    ['made_total{device="b"}', ['made_total{device=b,room=x} 120']],
    ['made_total{device!="b"}', ['made_total{device=a,room=x} 60']],
    ['made_total{device=~"a|c"}', ['made_total{device=a,room=x} 60']],
    ['made_total{device!~"[ac]"}', ['made_total{device=b,room=x} 120']],
    ['{__name__=~"made.*", device="a"}', ['made_total{device=a,room=x} 60']],
    ['{"made_total", "device"="a"}', ['made_total{device=a,room=x} 60']],
    [
      'made_total{missing=""}',
      ['made_total{device=a,room=x} 60', 'made_total{device=b,room=x} 120'],
    ],
    ['temp_outer{site_id="1"}', ['temp_outer{device=b,site_id=1} 21']],
    ['door_open', ['door_open{} 1']],
    ['note', []],
    ['made_total offset 5m', ['made_total{device=a,room=x} 30', 'made_total{device=b,room=x} 60']],
    ['made_total{device="a"} offset -1h', []],
    [`made_total{device="a"} @ ${(start + 60_000) / 1000}`, ['made_total{device=a,room=x} 6']],
    ['rate(made_total[5m])', ['{device=a,room=x} 0.1', '{device=b,room=x} 0.2']],
    ['increase(made_total{device="b"}[1m])', ['{device=b,room=x} 12']],
    ['irate(made_total{device="b"}[1m])', ['{device=b,room=x} 0.2']],
    ['delta(temp_outer{device="a"}[2m])', ['{device=a,site_id=0} 2']],
    ['avg_over_time(made_total{device="a"}[1m])', ['{device=a,room=x} 57.5']],
    ['sum_over_time(made_total{device="a"}[20s])', ['{device=a,room=x} 119']],
    [
      'min_over_time(temp_outer[3m])',
      ['{device=a,site_id=0} 10', '{device=b,site_id=1} 20', '{device=c,site_id=0} 30'],
    ],
    ['max_over_time(temp_outer{device="a"}[3m])', ['{device=a,site_id=0} 12']],
    ['count_over_time(made_total{device="a"}[1m])', ['{device=a,room=x} 6']],
    ['last_over_time(made_total{device="a"}[1m])', ['made_total{device=a,room=x} 60']],
    ['quantile_over_time(0.5, temp_outer{device="a"}[3m])', ['{device=a,site_id=0} 11']],
    ['changes(temp_outer{device="a"}[3m])', ['{device=a,site_id=0} 2']],
    ['resets(temp_outer{device="a"}[3m])', ['{device=a,site_id=0} 1']],
    ['deriv(made_total{device="a"}[1m])', ['{device=a,room=x} 0.1']],
    ['predict_linear(made_total{device="a"}[1m], 60)', ['{device=a,room=x} 66']],
    ['stddev_over_time(temp_outer{device="a"}[3m])', ['{device=a,site_id=0} 0.816497']],
    ['sum(made_total)', ['{} 180']],
    ['sum by (room) (made_total)', ['{room=x} 180']],
    ['sum(made_total) without (device, flow)', ['{room=x} 180']],
    ['avg(made_total)', ['{} 90']],
    ['min(made_total)', ['{} 60']],
    ['max by (device) (temp_outer)', ['{device=a} 11', '{device=b} 21', '{device=c} 31']],
    ['count(temp_outer)', ['{} 3']],
    ['stddev(temp_outer)', ['{} 8.164966']],
    ['quantile(0.5, temp_outer)', ['{} 21']],
    [
      'topk(2, temp_outer)',
      ['temp_outer{device=c,site_id=0} 31', 'temp_outer{device=b,site_id=1} 21'],
    ],
    ['bottomk(1, temp_outer)', ['temp_outer{device=a,site_id=0} 11']],
    [
      'topk by (site_id) (1, temp_outer)',
      ['temp_outer{device=c,site_id=0} 31', 'temp_outer{device=b,site_id=1} 21'],
    ],
    ['made_total * 2', ['{device=a,room=x} 120', '{device=b,room=x} 240']],
    ['200 - made_total', ['{device=a,room=x} 140', '{device=b,room=x} 80']],
    ['made_total > 100', ['made_total{device=b,room=x} 120']],
    ['100 < made_total', ['made_total{device=b,room=x} 120']],
    ['made_total > bool 100', ['{device=a,room=x} 0', '{device=b,room=x} 1']],
    ['1 > bool 2', ['0']],
    ['made_total / on(device) temp_outer', ['{device=a} 5.454545', '{device=b} 5.714286']],
    ['made_total - ignoring(site_id, room) temp_outer', ['{device=a} 49', '{device=b} 99']],
    [
      'temp_outer * on(flow) group_left sum by (flow) (made_total)',
      ['{device=a,site_id=0} 1980', '{device=b,site_id=1} 3780', '{device=c,site_id=0} 5580'],
    ],
    [
      'temp_outer * on(device) group_left(room) made_total',
      ['{device=a,room=x,site_id=0} 660', '{device=b,room=x,site_id=1} 2520'],
    ],
    [
      'temp_outer and on(device) made_total',
      ['temp_outer{device=a,site_id=0} 11', 'temp_outer{device=b,site_id=1} 21'],
    ],
    ['temp_outer unless on(device) made_total', ['temp_outer{device=c,site_id=0} 31']],
    ['max(made_total) or max(temp_outer)', ['{} 120']],
    ['missing or vector(3)', ['{} 3']],
    ['abs(-made_total{device="a"})', ['{device=a,room=x} 60']],
    ['round(temp_outer{device="a"} / 3)', ['{device=a,site_id=0} 4']],
    [
      'clamp(temp_outer, 20, 25)',
      ['{device=a,site_id=0} 20', '{device=b,site_id=1} 21', '{device=c,site_id=0} 25'],
    ],
    ['scalar(made_total{device="a"})', ['60']],
    ['absent(missing)', ['{} 1']],
    ['absent(made_total)', []],
    [`time() - ${at / 1000}`, ['0']],
    ['timestamp(door_open) - time()', ['{} 0']],
    [
      'sort_desc(made_total)',
      ['made_total{device=b,room=x} 120', 'made_total{device=a,room=x} 60'],
    ],
    [
      'label_join(made_total{device="a"}, "both", "-", "device", "room")',
      ['made_total{both=a-x,device=a,room=x} 60'],
    ],
    ['max_over_time(rate(made_total{device="b"}[1m])[5m:30s])', ['{device=b,room=x} 0.2']],
    ['count_over_time(made_total{device="a"}[5m:1m])', ['{device=a,room=x} 5']],
    ['avg_over_time((made_total{device="a"} * 2)[2m:1m] offset 1m)', ['{device=a,room=x} 102']],
    [
      'label_replace(made_total{device="a"}, "both", "$1-$x", "room", "(.)(?P<x>.?)")',
      ['made_total{both=x-,device=a,room=x} 60'],
    ],
    [
      'label_replace(made_total{device="a"}, "both", "$1", "room", "no(.*)")',
      ['made_total{device=a,room=x} 60'],
    ],
    ['histogram_quantile(0.5, took_bucket)', ['{exported_flow=theirs} 0.3']],
    ['hour(vector(7200))', ['{} 2']],
    ['sum(rate(made_total[5m])) by (device) # a comment', ['{device=a} 0.1', '{device=b} 0.2']],
  ])('%s', (query, expected) => {
    expect(lines(query)).toEqual(expected)
  })

  test.each([
    ['', 'no expression found'],
    ['made_total{', 'unexpected end of input'],
    ['made_total{device=a}', 'unexpected "a"'],
    ['sum(', 'unexpected end of input'],
    ['nonsense(made_total)', 'unknown function with name "nonsense"'],
    ['rate(made_total)', 'expected type range vector'],
    ['made_total[5m]]', 'unexpected "]"'],
    ['rate(made_total[5m:1ms])', 'steps at most'],
    ['(1)[5m:1m]', 'only allowed on instant vector'],
    ['label_replace(made_total, "a", "$1", "device", "(")', 'error parsing regexp'],
    ['{}', 'at least one non-empty matcher'],
    ['made_total{device=~"("}', 'error parsing regexp'],
    ['made_total + "x"', 'scalar and instant vector'],
    ['1 > 2', 'must use BOOL modifier'],
    ['topk(made_total)', 'wrong number of arguments'],
    ['made_total{device="a', 'unterminated quoted string'],
    [`${'('.repeat(2_000)}1`, 'nested too deeply'],
    ['1'.repeat(30_000), 'too long'],
  ])('%s is refused with a reason', (query, reason) => {
    const { status, body } = call('query', { query })
    expect([status, body.status, body.errorType]).toEqual([400, 'error', 'bad_data'])
    expect(body.error).toContain(reason)
  })

  test('refuses what matches in more than one way', () => {
    const { status, body } = call('query', { query: 'made_total + on(room) made_total' })
    expect([status, body.errorType]).toEqual([422, 'execution'])
    expect(body.error).toContain('group_left')
  })

  test('does not take long for any pattern', () => {
    const pattern = '(a+)+$'.repeat(20)
    expect(lines(`made_total{device=~"${pattern}"}`)).toEqual([])
  })
})

describe('a range query', () => {
  const range = { start: String(start / 1000), end: String(at / 1000), step: '60' }
  type Matrix = { metric: Record<string, string>; values: [number, string][] }[]
  const matrix = (query: string, parameters: Record<string, string> = {}): Matrix =>
    call('query_range', { query, ...range, ...parameters }).body.data.result

  test('gives a value for each step at which there is one', () => {
    const [one] = matrix('made_total{device="a"}')
    expect(one?.metric).toEqual({ __name__: 'made_total', device: 'a', flow: 'plant', room: 'x' })
    expect(one?.values).toEqual(
      Array.from({ length: 11 }, (_, step) => [start / 1000 + step * 60, String(step * 6)]),
    )
  })

  test('looks back five minutes and no longer', () => {
    const [one] = matrix('made_total{device="a"}', {
      start: String(at / 1000),
      end: String(at / 1000 + 600),
    })
    expect(one?.values).toHaveLength(5)
  })

  test('takes a step as a duration, and times as RFC 3339', () => {
    const times = { start: new Date(start).toISOString(), end: new Date(at).toISOString() }
    expect(matrix('made_total{device="a"}', { ...times, step: '5m' })[0]?.values).toHaveLength(3)
  })

  test('repeats a scalar', () => {
    expect(matrix('42', { step: '300' })).toEqual([
      { metric: {}, values: [0, 300, 600].map((after) => [start / 1000 + after, '42']) },
    ])
  })

  test.each([
    [{ step: '0' }, 'zero or negative query resolution'],
    [{ step: '0.001' }, 'maximum resolution of 11,000 points'],
    [{ end: '1' }, 'end timestamp must not be before start time'],
    [{ start: 'soon' }, 'cannot parse "soon"'],
    [{ query: 'made_total[5m]' }, 'range vector'],
  ])('%s is refused with a reason', (parameters, reason) => {
    const { status, body } = call('query_range', { query: 'made_total', ...range, ...parameters })
    expect([status, body.errorType]).toEqual([400, 'bad_data'])
    expect(body.error).toContain(reason)
  })
})

describe('lists', () => {
  test('series, labels and values of labels, also of some series alone', () => {
    expect(call('labels', {}).body.data).toEqual([
      '__name__',
      'device',
      'exported_flow',
      'flow',
      'le',
      'room',
      'site_id',
    ])
    const names = ['door_open', 'made_total', 'temp_outer', 'took_bucket']
    expect(call('label/__name__/values', {}).body.data).toEqual(names)
    const some = { 'match[]': ['made_total', 'door_open'] }
    expect(call('label/device/values', some).body.data).toEqual(['a', 'b'])
    expect(call('series', some).body.data).toHaveLength(3)
    expect(call('series', { 'match[]': 'temp_outer', limit: '2' }).body.data).toHaveLength(2)
    expect(Object.keys(call('metadata', {}).body.data)).toEqual(expect.arrayContaining(names))
    expect(call('status/buildinfo', {}).body.data.version).toMatch(/^2\./)
  })

  test('leaves out series that have nothing in the time asked for', () => {
    const early = { start: String(start / 1000), end: String((start + 60_000) / 1000) }
    expect(call('label/__name__/values', early).body.data).toEqual(['made_total', 'temp_outer'])
  })

  test('refuses what it does not have', () => {
    expect(call('admin/tsdb/delete_series', {}).status).toBe(404)
    expect(call('series', {}).body.error).toContain('match[]')
  })
})

test('answers a long range from hours and minutes as from the points', () => {
  const values = Array.from({ length: 6 * 360 }, (_, index) => index % 100)
  const own = filledFolder([
    { store: 'f', measurement: 'm', startMs: start, everyMs: 10_000, values },
  ])
  try {
    const ask = (query: string, step: number) =>
      own.folder.inSnapshot(() =>
        answerPrometheus(
          {
            path: '/api/v1/query_range',
            parameters: [
              ['query', query],
              ['start', String((start + hourMs - 1) / 1000)],
              ['end', String((start + 6 * hourMs - 1) / 1000)],
              ['step', String(step)],
            ],
            nowMs: start,
            version: '1',
          },
          new SampleSource(own.folder),
        ),
      ).body
    const queries = ['avg', 'min', 'max', 'count', 'sum'].map((name) => `${name}_over_time(m[4h])`)
    const before = queries.map((query) => ask(query, 3600))
    const instants = ask('m', 3600)
    own.maintain(start + 10 * hourMs)
    expect(queries.map((query) => ask(query, 3600))).toEqual(before)
    expect(ask('m', 3600)).toEqual(instants)
    expect(JSON.parse(instants).data.result[0].values).toHaveLength(6)
  } finally {
    own.remove()
  }
})
