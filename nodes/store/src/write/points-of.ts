import { NodeError } from '@millrace/sdk'
import type { Expression, Message, Template } from '@millrace/sdk'
import { tagsText } from '@millrace/store'
import type { StorePoint } from '@millrace/store'

export type FieldType = 'auto' | 'number' | 'boolean' | 'text'

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
}

const textLengthMax = 10_000
const tagLengthMax = 1_000

/** Makes the function that turns a message into its points, one for each field that it has. */
export function pointsReader(mapping: Mapping): (message: Message) => readonly StorePoint[] {
  const { fields, time } = mapping
  return (message) => {
    const measurement = mapping.measurement(message)
    if (measurement === '')
      throw new NodeError('STORE_BAD_MEASUREMENT', 'The measurement is empty.')
    if (measurement.length > tagLengthMax) throw longMeasurement()
    const tags = tagsText(tagsOf(mapping, message))
    const when = timeOf(time === undefined ? message.time : time(message))
    const points: StorePoint[] = []
    for (const { name, value, type } of fields) {
      const found = valueOf(value(message), type, name)
      if (found === undefined) continue
      points.push({ measurement, field: name, tags, time: when, value: found })
    }
    if (points.length > 0) return points
    const names = fields.map(({ name }) => `"${name}"`).join(', ')
    throw new NodeError('STORE_NO_FIELDS', `The message gives no value for ${names}.`)
  }
}

function longMeasurement(): NodeError {
  const text = `The name of the measurement has more than ${tagLengthMax} characters.`
  return new NodeError('STORE_BAD_MEASUREMENT', text)
}

function tagsOf({ tags }: Mapping, message: Message): [string, string][] {
  return tags.flatMap(({ name, value }): [string, string][] => {
    const found = value(message)
    if (found === null || found === undefined || found === '') return []
    const text = textOf(found)
    if (text.length <= tagLengthMax) return [[name, text]]
    throw new NodeError(
      'STORE_BAD_TAG',
      `The tag "${name}" has more than ${tagLengthMax} characters.`,
    )
  })
}

/** Undefined for no value at all. Throws for one that does not fit. */
function valueOf(value: unknown, type: FieldType, name: string): StorePoint['value'] | undefined {
  if (value === null || value === undefined) return undefined
  const found = readers[type](value)
  if (found === undefined) throw badValue(value, type, name)
  if (typeof found !== 'string' || found.length <= textLengthMax) return found
  throw new NodeError(
    'STORE_BAD_VALUE',
    `The field "${name}" has more than ${textLengthMax} characters.`,
  )
}

const readers: Readonly<Record<FieldType, (value: unknown) => StorePoint['value'] | undefined>> = {
  auto: (value) => {
    if (typeof value === 'boolean' || typeof value === 'string') return value
    return typeof value === 'number' || typeof value === 'bigint'
      ? finite(Number(value))
      : undefined
  },
  number: (value) => {
    if (typeof value === 'string') return value.trim() === '' ? undefined : finite(Number(value))
    const isNumber = ['number', 'bigint', 'boolean'].includes(typeof value)
    return isNumber ? finite(Number(value)) : undefined
  },
  boolean: (value) => {
    if (value === true || value === 'true' || value === 1) return true
    return value === false || value === 'false' || value === 0 ? false : undefined
  },
  text: (value) => textOf(value),
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}

/** What is one thing as itself, objects and lists as JSON. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      // Absent for functions and symbols only.
      return JSON.stringify(value) ?? ''
  }
}

function badValue(value: unknown, type: FieldType, name: string): NodeError {
  const isObject = typeof value === 'object' && value !== null
  const what = isObject
    ? `${Array.isArray(value) ? 'a list' : 'an object'}; choose a value inside it, such as payload.value`
    : `${textOf(value).slice(0, 50)}, which is no ${type === 'auto' ? 'value that can be stored' : type}`
  return new NodeError('STORE_BAD_VALUE', `The field "${name}" is ${what}.`)
}

function timeOf(time: unknown): number {
  if (time === null || time === undefined) {
    throw new NodeError('STORE_NO_TIME', 'The message has no time.')
  }
  const timeMs = millisecondsOf(time)
  if (Number.isFinite(timeMs)) return timeMs
  throw new NodeError(
    'STORE_BAD_TIME',
    `The time is ${textOf(time).slice(0, 50)}, which is neither milliseconds since 1970 nor ISO 8601 text.`,
  )
}

function millisecondsOf(time: unknown): number {
  if (typeof time === 'number') return time
  if (typeof time === 'string') return Date.parse(time)
  return time instanceof Date ? time.getTime() : Number.NaN
}
