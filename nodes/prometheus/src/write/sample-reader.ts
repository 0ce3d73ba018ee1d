import { NodeError } from '@millrace/sdk'
import type { Expression, Message, Template } from '@millrace/sdk'
import { labelReader, labelText } from '../exposition/label-reader.ts'
import type { LabelRow } from '../exposition/label-reader.ts'
import { seriesText } from '../exposition/sample.ts'
import type { Labels } from '../exposition/sample.ts'

/** A sample on its way. */
export interface SampleToWrite {
  readonly name: string
  readonly labels: Labels
  /** Name and labels as one text. */
  readonly series: string
  readonly value: number
  readonly timeMs: number
}

export interface SampleMapping {
  readonly metric: Template
  readonly value: Expression<number>
  readonly labels: readonly LabelRow[]
  readonly moreLabels?: Expression | undefined
  readonly time?: Expression | undefined
}

/** Makes a sample of a message. Throws for one of which none can be made. */
export function sampleReader(mapping: SampleMapping): (message: Message) => SampleToWrite {
  const labelsOf = labelReader(mapping.labels)
  const { metric, moreLabels, time } = mapping
  return (message) => {
    const name = metric(message)
    if (!namePattern.test(name)) throw badName(name)
    const value = mapping.value(message)
    if (typeof value !== 'number') {
      throw new NodeError('PROMETHEUS_BAD_VALUE', `The value of ${name} is no number.`)
    }
    const timeMs = timeOf(time === undefined ? message.time : time(message))
    const own = labelsOf(message)
    const labels = moreLabels === undefined ? own : { ...givenLabels(moreLabels(message)), ...own }
    return { name, labels, series: seriesText(name, labels), value, timeMs }
  }
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelPattern = /^[a-zA-Z_]\w*$/

function badName(name: string): NodeError {
  const text =
    name === '' ? 'The name of the metric is empty.' : `"${name.slice(0, 100)}" is no metric's name`
  return new NodeError('PROMETHEUS_BAD_NAME', `${text}: use letters, digits and underscores.`)
}

function givenLabels(value: unknown): Labels {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new NodeError('PROMETHEUS_BAD_LABELS', '"More labels" gives no object.')
  }
  const pairs = Object.entries(value).map(([name, text]): [string, string] => {
    if (labelPattern.test(name) && name !== '__name__') return [name, labelText(text)]
    throw new NodeError(
      'PROMETHEUS_BAD_LABELS',
      `"${name.slice(0, 100)}" is no label's name: use letters, digits and underscores.`,
    )
  })
  return Object.fromEntries(pairs.filter(([, text]) => text !== ''))
}

function timeOf(time: unknown): number {
  const timeMs = typeof time === 'string' ? Date.parse(time) : time
  if (typeof timeMs === 'number' && Math.abs(timeMs) <= timeMsMax) return Math.floor(timeMs)
  throw new NodeError(
    'PROMETHEUS_BAD_TIME',
    time === null || time === undefined
      ? 'The message has no time.'
      : 'The time is neither milliseconds since 1970 nor ISO 8601 text.',
  )
}

/** As far as dates go. */
const timeMsMax = 8_640_000_000_000_000
