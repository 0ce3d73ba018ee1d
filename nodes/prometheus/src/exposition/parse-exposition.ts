import { NodeError } from '@millrace/sdk'
import { BadLine, scanSample, unescapeText } from './scan-sample.ts'
import type { Exposition, MetricAbout, MetricType, Sample } from './sample.ts'

export interface ParseOptions {
  /** OpenMetrics has times in seconds, and says where it ends. */
  readonly isOpenMetrics: boolean
  readonly samplesMax: number
}

/** Reads Prometheus' text format or OpenMetrics. Throws with the number of the line. */
export function parseExposition(text: string, options: ParseOptions): Exposition {
  const { isOpenMetrics, samplesMax } = options
  const timeUnitMs = isOpenMetrics ? 1000 : 1
  const samples: Sample[] = []
  const about = new Map<string, MetricAbout>()
  let hasEnded = false
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    if (line === '') continue
    if (isOpenMetrics && line === '# EOF') {
      hasEnded = true
      break
    }
    try {
      if (line.startsWith('#')) readComment(line, about)
      else samples.push(scanSample(line, timeUnitMs))
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      throw badText(`Line ${number} ${error.message}.`)
    }
    if (samples.length > samplesMax) throw tooMany(samplesMax)
  }
  if (isOpenMetrics && !hasEnded) throw badText('The text breaks off: # EOF is missing.')
  return { samples, about }
}

/** Whether the content type is that of OpenMetrics. */
export function isOpenMetricsType(contentType: string | undefined): boolean {
  return contentType?.trim().toLowerCase().startsWith('application/openmetrics-text') ?? false
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    yield text.slice(start, text.charAt(stop - 1) === '\r' ? stop - 1 : stop)
    start = stop + 1
  }
}

const comment = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+("(?:[^"\\]|\\.)*"|\S+)[ \t]?(.*)$/

function readComment(line: string, about: Map<string, MetricAbout>): void {
  const [, keyword, given = '', rest = ''] = comment.exec(line) ?? []
  if (keyword === undefined) return
  const name = given.startsWith('"') ? unescapeText(given.slice(1, -1)) : given
  const metric = about.get(name) ?? { type: 'unknown', help: '', unit: '' }
  about.set(name, metric)
  if (keyword === 'HELP') metric.help = unescapeText(rest)
  else if (keyword === 'UNIT') metric.unit = rest.trim()
  else metric.type = typeOf(rest.trim())
}

function typeOf(text: string): MetricType {
  const type = types.get(text.toLowerCase())
  if (type === undefined) throw new BadLine(`has the unknown type "${text.slice(0, 50)}"`)
  return type
}

const types: ReadonlyMap<string, MetricType> = new Map<string, MetricType>([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'histogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'gauge'],
  ['untyped', 'unknown'],
  ['unknown', 'unknown'],
])

function badText(message: string): NodeError {
  return new NodeError('PROMETHEUS_BAD_TEXT', `What the target shows cannot be read. ${message}`)
}

function tooMany(samplesMax: number): NodeError {
  return new NodeError(
    'PROMETHEUS_TOO_MANY_SAMPLES',
    `The target shows more than ${samplesMax} samples. Raise "Maximum samples", or choose fewer metrics at the target.`,
  )
}
