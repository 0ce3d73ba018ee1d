import { inOneLine, jsonText, pointLine, rowWriter } from '@millrace/formats'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { Message } from '@millrace/sdk'
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
    case 'line':
      return pointEncoder(config)
    case 'text':
      return { heading: '', encode: (message) => `${config.line(message)}\n` }
  }
}

function csvEncoder({ columns, separator }: Config): LineEncoder {
  const write = rowWriter({ delimiter: separator, quote: 'double' })
  return {
    heading: write(columns.map(({ name }) => name)),
    encode: (message) => write(columns.map(({ value }) => value(message))),
  }
}

function payloadLine({ payload }: Message): string {
  return `${jsonText(payload)}\n`
}

function wholeLine(message: Message): string {
  return `${jsonText(message)}\n`
}

/** The time of the message where the point has none. */
function pointEncoder({ linePrecision: precision }: Config): LineEncoder {
  return {
    heading: '',
    encode: ({ payload, time }) => `${inOneLine(pointLine(withTime(payload, time), precision))}\n`,
  }
}

function withTime(point: unknown, time: number | undefined): unknown {
  if (typeof point !== 'object' || point === null || 'time' in point) return point
  return time === undefined ? point : { ...point, time }
}
