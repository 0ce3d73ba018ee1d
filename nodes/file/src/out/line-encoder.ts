import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { Message } from '@millrace/sdk'
import { csvRow } from './csv.ts'
import type { fileOutDescriptor } from './descriptor.ts'

type Config = ConfigOf<typeof fileOutDescriptor>

export interface LineEncoder {
  /** What a new file begins with. */
  readonly heading: string
  /** The text of a message, with its line end. Throws where it has none. */
  encode(message: Message): string
}

export function lineEncoder(config: Config): LineEncoder {
  switch (config.format) {
    case 'jsonl':
      return { heading: '', encode: config.content === 'message' ? wholeLine : payloadLine }
    case 'csv':
      return csvEncoder(config)
    case 'text':
      return { heading: '', encode: (message) => `${config.line(message)}\n` }
  }
}

function csvEncoder({ columns, separator }: Config): LineEncoder {
  const heading = csvRow(
    columns.map(({ name }) => name),
    separator,
  )
  return {
    heading,
    encode: (message) =>
      csvRow(
        columns.map(({ value }) => value(message)),
        separator,
      ),
  }
}

function payloadLine({ payload }: Message): string {
  return jsonLine(payload)
}

function wholeLine(message: Message): string {
  return jsonLine(message)
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, writable) ?? 'null'}\n`
}

/** What JSON has no form for: bytes as base64, big integers as text. */
function writable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (isBufferJson(value)) return Buffer.from(value.data).toString('base64')
  return value
}

/** A Buffer turns itself into this before it can be replaced. */
function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'type' in value && value.type === 'Buffer' && 'data' in value && Array.isArray(value.data)
}
