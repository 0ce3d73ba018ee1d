import { NodeError } from '@millrace/sdk'
import type { Expression, Message, Template } from '@millrace/sdk'
import { escapeKey, escapeMeasurement } from './escape.ts'
import { fieldValue } from './field-value.ts'
import type { FieldType } from './field-value.ts'
import { plainText } from './plain-text.ts'
import { timestamp } from './timestamp.ts'
import type { Precision } from './timestamp.ts'

/** What of a message makes up its point. */
export interface Mapping {
  readonly measurement: Template
  readonly tags: readonly { readonly name: string; readonly value: Expression }[]
  readonly fields: readonly {
    readonly name: string
    readonly value: Expression
    readonly type: FieldType
  }[]
  /** The time of the message when absent. */
  readonly time?: Expression | undefined
  readonly precision: Precision
}

/** Writes a message as one line of line protocol, without the line break. */
export type EncodeLine = (message: Message) => string

export function lineEncoder(mapping: Mapping): EncodeLine {
  // InfluxDB asks for tags in order; it then need not sort them.
  const tags = mapping.tags
    .map(({ name, value }) => ({ key: escapeKey(name), value }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const fields = mapping.fields.map((field) => ({ ...field, key: escapeKey(field.name) }))
  const { measurement, time, precision } = mapping
  return (message) => {
    let line = measurementText(measurement(message))
    for (const tag of tags) {
      const value = tag.value(message)
      if (value === null || value === undefined || value === '') continue
      line += `,${tag.key}=${escapeKey(plainText(value))}`
    }
    let separator = ' '
    for (const field of fields) {
      const text = fieldValue(field.value(message), field.type, field.name)
      if (text === undefined) continue
      line += `${separator}${field.key}=${text}`
      separator = ','
    }
    if (separator === ' ') throw noFields(fields)
    return `${line} ${timestamp(time === undefined ? message.time : time(message), precision)}`
  }
}

export function measurementText(name: string): string {
  const text = escapeMeasurement(name)
  // A line that begins with # is a comment, and would be lost without a word.
  if (text !== '' && !text.startsWith('#')) return text
  throw new NodeError(
    'INFLUXDB_BAD_MEASUREMENT',
    text === '' ? 'The measurement is empty.' : 'The measurement begins with #.',
  )
}

function noFields(fields: readonly { readonly name: string }[]): NodeError {
  const names = fields.map(({ name }) => `"${name}"`).join(', ')
  return new NodeError('INFLUXDB_NO_FIELDS', `The message gives no value for ${names}.`)
}
