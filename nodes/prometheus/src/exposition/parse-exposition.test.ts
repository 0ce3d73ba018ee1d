import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupMetrics } from './metrics.ts'
import { numberText } from './number-text.ts'
import { isOpenMetricsType, parseExposition } from './parse-exposition.ts'
import { escapeLabel, seriesText } from './sample.ts'

const parse = (text: string, isOpenMetrics = false, samplesMax = 1000) =>
  parseExposition(text, { isOpenMetrics, samplesMax })

const one = (line: string) => parse(line).samples[0]

test.each([
  ['up 1', { name: 'up', labels: {}, value: 1, timeMs: undefined }],
  ['a:b_c{x="1",y="2"} -2.5e3 1395066363000', { labels: { x: '1', y: '2' }, value: -2500 }],
  ['up\t{ x = "1" , }   4 5', { labels: { x: '1' }, value: 4, timeMs: 5 }],
  ['up{p="C:\\\\d\\"q\\"\\nz\\y"} 1', { labels: { p: 'C:\\d"q"\nz\\y' } }],
  ['up{p="a}b,c=d #"} 1', { labels: { p: 'a}b,c=d #' } }],
  ['up{__proto__="x"} 1', { labels: JSON.parse('{"__proto__":"x"}') }],
  ['up +Inf', { value: Infinity }],
  ['up -Inf -5', { value: -Infinity, timeMs: -5 }],
  ['up NaN', { value: Number.NaN }],
  ['up .5', { value: 0.5 }],
  ['{"my.metric", "a.b"="c", d="e"} 1', { name: 'my.metric', labels: { 'a.b': 'c', d: 'e' } }],
  ['up 1\r', { value: 1 }],
])('reads %s', (line, sample) => {
  expect(one(line)).toMatchObject(sample)
})

test.each([
  ['up', /Line 1 has no number as the value of up/],
  ['up{x="1} 1', /has quotes without an end/],
  ['up{x="1"', /has labels without a(n end| comma)/],
  ['up{x=1} 1', /has a label without quotes/],
  ['up{="1"} 1', /has a label without a name/],
  ['up{x="1" y="2"} 1', /has labels without a comma/],
  ['up{x="1",x="2"} 1', /has the label x twice/],
  ['up 1 2 3', /goes on where it should end/],
  ['up 1 x', /has a time that is none/],
  ['up one', /has no number/],
  ['{} 1', /has no name/],
  ['<html>', /Line 1 has no name/],
  ['ok 1\n# TYPE x thing', /Line 2 has the unknown type "thing"/],
])('says what is wrong with %s', (text, message) => {
  expect(() => parse(text)).toThrow(message)
})

test('knows what is said about metrics', () => {
  const { about, samples } = parse(
    '# HELP a Line one\\nand \\\\two\n# TYPE a counter\n# just a comment\n\na 1\n#TYPE b gauge\n',
  )
  expect(about.get('a')).toEqual({ type: 'counter', help: 'Line one\nand \\two', unit: '' })
  expect(samples).toHaveLength(1)
})

test('reads OpenMetrics: times in seconds, exemplars, and its end', () => {
  const text = `# TYPE r counter
# UNIT r requests
r_total{p="/"} 17 1520879607.789 # {trace_id="KOO5"} 0.67
# EOF
`
  const { samples, about } = parse(text, true)
  expect(samples).toEqual([
    { name: 'r_total', labels: { p: '/' }, value: 17, timeMs: 1_520_879_607_789 },
  ])
  expect(about.get('r')).toMatchObject({ type: 'counter', unit: 'requests' })
  expect(() => parse('a 1\n', true)).toThrow('# EOF is missing')
  expect(isOpenMetricsType('application/openmetrics-text; version=1.0.0')).toBe(true)
  expect(isOpenMetricsType('text/plain; version=0.0.4')).toBe(false)
})

test('takes no more samples than it may', () => {
  expect(() => parse('a 1\nb 1\nc 1\n', false, 2)).toThrow(/more than 2 samples/)
})

test('puts histograms and summaries together', () => {
  const text = `# TYPE h histogram
h_bucket{site="a",le="0.1"} 2
h_bucket{site="a",le="+Inf"} 3
h_sum{site="a"} 0.5
h_count{site="a"} 3
h_bucket{site="b",le="+Inf"} 1
# TYPE s summary
s{quantile="0.5"} 7
s_sum 10
s_count 2
# TYPE g gauge
g{x="1"} 4
g_count 5
`
  expect(groupMetrics(parse(text))).toEqual([
    {
      name: 'h',
      type: 'histogram',
      labels: { site: 'a' },
      timeMs: undefined,
      buckets: [
        { le: 0.1, count: 2 },
        { le: Infinity, count: 3 },
      ],
      sum: 0.5,
      count: 3,
    },
    {
      name: 'h',
      type: 'histogram',
      labels: { site: 'b' },
      timeMs: undefined,
      buckets: [{ le: Infinity, count: 1 }],
    },
    {
      name: 's',
      type: 'summary',
      labels: {},
      timeMs: undefined,
      quantiles: [{ quantile: 0.5, value: 7 }],
      sum: 10,
      count: 2,
    },
    { name: 'g', type: 'gauge', labels: { x: '1' }, timeMs: undefined, value: 4 },
    { name: 'g_count', type: 'unknown', labels: {}, timeMs: undefined, value: 5 },
  ])
})

test('reads what it writes, whatever the labels are', () => {
  const label = fc.stringMatching(/^[a-zA-Z_]\w{0,8}$/)
  const labels = fc.dictionary(label, fc.string({ unit: 'binary' }), { noNullPrototype: true })
  fc.assert(
    fc.property(labels, fc.double(), (given, value) => {
      const line = `${seriesText('m', given)} ${numberText(value)}`
      const sample = one(line)
      expect(sample).toEqual({
        name: 'm',
        labels: given,
        value: value === 0 ? 0 : value,
        timeMs: undefined,
      })
    }),
  )
  expect(escapeLabel('a')).toBe('a')
})
