import { FormatError } from '../format-error.ts'
import { isRecord, ownValue } from '../own-property.ts'
import { escapeKey } from './escape.ts'
import { fieldValue } from './field-value.ts'
import { measurementText } from './line-encoder.ts'
import { plainText } from './plain-text.ts'
import { timestamp } from './timestamp.ts'
import type { Precision } from './timestamp.ts'

/** A point, or a list of points, as lines with line ends. */
export function pointsEncoder(precision: Precision): (value: unknown) => string {
  return (value) => {
    if (!Array.isArray(value)) return `${pointLine(value, precision)}\n`
    let text = ''
    for (const point of value) text += `${pointLine(point, precision)}\n`
    return text
  }
}

/** The line of a point without its line end. Tags without a value are left out. */
export function pointLine(point: unknown, precision: Precision): string {
  if (!isRecord(point)) throw noPoint()
  const fields = ownValue(point, 'fields')
  if (!isRecord(fields)) throw noPoint()
  const measurement = ownValue(point, 'measurement')
  const head = measurementText(typeof measurement === 'string' ? measurement : '')
  const body = Object.entries(fields).flatMap(([name, value]) => {
    const text = fieldValue(value, 'auto', name)
    return text === undefined ? [] : [`${escapeKey(name)}=${text}`]
  })
  if (body.length === 0) throw new FormatError('FORMAT_ENCODE', 'The point has no fields.')
  const time = ownValue(point, 'time')
  const end = time === undefined || time === null ? '' : ` ${timestamp(time, precision)}`
  return `${head}${tagText(ownValue(point, 'tags'))} ${body.join(',')}${end}`
}

function tagText(tags: unknown): string {
  if (!isRecord(tags)) return ''
  const pairs = Object.entries(tags)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `,${escapeKey(name)}=${escapeKey(plainText(value))}`)
  return pairs.toSorted((one, other) => (one < other ? -1 : 1)).join('')
}

function noPoint(): FormatError {
  const sentence =
    'Line protocol is written from { measurement, tags, fields, time } or a list of these.'
  return new FormatError('FORMAT_ENCODE', sentence)
}
