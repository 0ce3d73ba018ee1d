import { formatSettings, isFormat, openEncoder, payloadBytes } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { Clock, Message } from '@millrace/sdk'
import { noHeaders } from '../wire/record.ts'
import type { NewRecord, RecordHeader } from '../wire/record.ts'
import { sizeOf } from '../wire/write-batch.ts'
import type { kafkaOutDescriptor } from './descriptor.ts'

type Config = ConfigOf<typeof kafkaOutDescriptor>

/** A record and where it shall go. */
export interface AddressedRecord extends NewRecord {
  readonly topic: string
  /** Undefined where the partition is chosen when the topic's are known. */
  readonly partition: number | undefined
  /** Bytes that it takes, roughly. */
  readonly size: number
}

const topicName = /^[A-Za-z0-9._-]{1,249}$/

/** The bytes of a value for a topic. Throws where it has none. */
export type ValueBytes = (value: unknown, topic: string) => Uint8Array

/** As the node's format says, where no registry is asked. */
export function valueBytes(config: Config): ValueBytes {
  const { format } = config
  if (format === 'auto') return asItIs
  if (format === 'text' && config.charset === 'utf-8') return asText
  if (format === 'json' || !isFormat(format)) return asJson
  const encode = openEncoder(formatSettings(config, { format }))
  return (value) => payloadBytes(encode(value))
}

/** What the values and the keys of records are made by. */
export interface RecordBytes {
  readonly value: ValueBytes
  readonly key: ValueBytes
}

/** What of a message becomes the value and the key; where that is nothing, the record has none. */
export function contentOf({ key, payload }: Pick<Config, 'key' | 'payload'>) {
  return {
    value: (message: Message): unknown =>
      payload === undefined ? message.payload : payload(message),
    key: (message: Message): unknown => (key === undefined ? message.key : key(message)),
  }
}

export function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

/** Throws where there can be no such topic. */
export function checkTopic(topic: string): void {
  if (!topicName.test(topic) || topic === '.' || topic === '..') throw badTopic(topic)
}

/** Makes records of messages. Throws for a message that none can be made of. */
export function recordMaker(
  config: Config,
  clock: Clock,
  bytesOf: RecordBytes,
): (message: Message) => AddressedRecord {
  const { topic: topicOf, messageBytesMax } = config
  const content = contentOf(config)
  const isNow = config.timestamp === 'now'
  let lastTopic = ''
  return (message) => {
    const topic = topicOf(message)
    if (topic !== lastTopic) {
      checkTopic(topic)
      lastTopic = topic
    }
    const payload = content.value(message)
    const value = isNothing(payload) ? null : bytesOf.value(payload, topic)
    const keyed = content.key(message)
    const key = isNothing(keyed) ? null : bytesOf.key(keyed, topic)
    const headers = config.headers.length === 0 ? noHeaders : headersOf(config.headers, message)
    const timestamp = Math.trunc(isNow ? clock.now() : (message.time ?? clock.now()))
    const record = { timestamp, key, value, headers }
    const size = sizeOf(record)
    if (size > messageBytesMax) throw tooLong(size, messageBytesMax)
    return { topic, partition: partitionOf(config, message), size, ...record }
  }
}

function partitionOf(config: Config, message: Message): number | undefined {
  if (config.partitioner !== 'number') return undefined
  const partition = config.partitionNumber(message)
  if (typeof partition === 'number' && Number.isInteger(partition) && partition >= 0)
    return partition
  const text = `The number of the partition is ${String(partition)}; it has to be 0, 1, 2 and so on.`
  throw new NodeError('KAFKA_BAD_PARTITION', text)
}

function headersOf(rows: Config['headers'], message: Message): readonly RecordHeader[] {
  return rows.flatMap(({ name, value: valueOf }) => {
    const value = valueOf(message)
    return value === undefined ? [] : [{ key: name, value: value === null ? null : asItIs(value) }]
  })
}

/** Text and bytes as they are, all else as JSON. */
export function asItIs(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value)
  return value instanceof Uint8Array ? value : asJson(value)
}

function asText(value: unknown): Uint8Array {
  if (typeof value === 'object' || value instanceof Uint8Array) return asItIs(value)
  return Buffer.from(String(value as number)) // what has a text of its own
}

function asJson(value: unknown): Uint8Array {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new NodeError('KAFKA_NOT_JSON', `The value cannot be written as JSON: ${why}`)
  }
  return Buffer.from(text ?? 'null')
}

function badTopic(topic: string): NodeError {
  const text = `"${topic.slice(0, 100)}" is no name of a topic: letters, digits, ".", "_" and "-", at most 249 of them.`
  return new NodeError('KAFKA_BAD_TOPIC', text)
}

function tooLong(size: number, max: number): NodeError {
  const text = `The message takes ${size} bytes; "Maximum message size" allows ${max}.`
  return new NodeError('KAFKA_TOO_LARGE', text)
}
