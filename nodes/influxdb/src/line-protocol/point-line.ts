import type { ConfigOf } from '@millrace/sdk/descriptor'
import { NodeError, type Message } from '@millrace/sdk'
import type { influxdbOutDescriptor } from '../out/descriptor.ts'
import { escapeKey, escapeMeasurement, fieldText, plainText, timeText } from './encode-line.ts'

type Config = ConfigOf<typeof influxdbOutDescriptor>

/**
 * Makes the function that writes a message as a line. It throws a `NodeError` for a message that
 * is no point: without measurement, time or fields, or with a field that is not of its type.
 */
export function pointLine(
  config: Pick<Config, 'measurement' | 'tags' | 'fields' | 'time' | 'precision'>,
): (message: Message) => string {
  // Sorted tags are what the servers index quickest.
  const tags = config.tags
    .map(({ name, value }) => ({ key: escapeKey(name), value }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const fields = config.fields.map((field) => ({ ...field, key: escapeKey(field.name) }))
  return (message) => {
    const measurement = escapeMeasurement(config.measurement(message))
    if (measurement === '') throw new NodeError('INFLUX_NO_MEASUREMENT', noMeasurement)
    let line = measurement
    for (const { key, value } of tags) {
      const tag = escapeKey(tagText(value(message)))
      if (tag !== '') line += `,${key}=${tag}`
    }
    let separator = ' '
    for (const { key, name, value, type } of fields) {
      const given = value(message)
      if (given === null || given === undefined) continue
      const text = fieldText(given, type)
      if (text === undefined) throw new NodeError('INFLUX_FIELD_TYPE', wrongType(name, given, type))
      line += `${separator}${key}=${text}`
      separator = ','
    }
    if (separator === ' ') throw new NodeError('INFLUX_NO_FIELDS', noFields)
    return `${line} ${timeText(timeOf(config, message), config.precision)}`
  }
}

const noMeasurement = 'The measurement of this message is empty.'
const noFields = 'No field has a value for this message.'

function wrongType(name: string, value: unknown, type: string): string {
  const shown = String(JSON.stringify(value)).slice(0, 60)
  return `The field ${name} cannot be written: ${shown} is not ${type === 'auto' ? 'a finite number' : type}.`
}

function tagText(value: unknown): string {
  return value === null || value === undefined ? '' : plainText(value)
}

function timeOf(config: Pick<Config, 'time'>, message: Message): number {
  const given = config.time === undefined ? message.time : config.time(message)
  const ms = typeof given === 'string' ? Date.parse(given) : given
  if (typeof ms !== 'number' || !Number.isFinite(ms) || Math.abs(ms) > 9.2e12) {
    throw new NodeError('INFLUX_NO_TIME', 'This message has no time that a point could have.')
  }
  return ms
}
