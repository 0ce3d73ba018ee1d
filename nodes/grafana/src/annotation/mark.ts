import { createHash } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { Expression, Message, Template } from '@millrace/sdk'

/** What of a message makes up its annotation. */
export interface Mark {
  /** The same for messages that are about the same annotation. */
  readonly key: string
  readonly text: string
  readonly tags: readonly string[]
  readonly timeMs: number
  readonly endMs: number | undefined
  /** Of a stretch from one message to another: which of them it is. */
  readonly role: 'whole' | 'begin' | 'end'
}

export interface MarkMapping {
  readonly text: Template
  readonly tags: readonly { readonly tag: Template }[]
  readonly shape: 'point' | 'span'
  readonly key?: Expression | undefined
  readonly ends?: Expression<boolean> | undefined
  readonly time?: Expression | undefined
  readonly timeEnd?: Expression | undefined
}

/** Throws for a message of which no annotation can be made. */
export function markReader(mapping: MarkMapping): (message: Message) => Mark {
  const { shape, time, timeEnd } = mapping
  return (message) => {
    const text = mapping.text(message)
    if (text.trim() === '') throw new NodeError('GRAFANA_NO_TEXT', 'The annotation has no text.')
    const tags = mapping.tags.map(({ tag }) => tag(message).trim()).filter((tag) => tag !== '')
    const timeMs = expectTime(time === undefined ? message.time : time(message))
    if (shape === 'span') {
      const isEnd = mapping.ends?.(message) === true
      const role = isEnd ? 'end' : 'begin'
      return { key: keyOf(mapping.key?.(message)), text, tags, timeMs, endMs: undefined, role }
    }
    const end = timeEnd?.(message)
    const endMs = end === null || end === undefined ? undefined : expectTime(end)
    if (endMs !== undefined && endMs < timeMs) {
      throw new NodeError('GRAFANA_BAD_TIME', 'The annotation ends before it begins.')
    }
    // The same message again is the same annotation.
    const key = digest([text, tags, timeMs, endMs ?? null])
    return { key, text, tags, timeMs, endMs, role: 'whole' }
  }
}

function keyOf(value: unknown): string {
  if (value === null || value === undefined || value === '') {
    throw new NodeError(
      'GRAFANA_NO_KEY',
      '"One annotation for each" gives nothing for the message.',
    )
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}

function expectTime(value: unknown): number {
  const timeMs = typeof value === 'string' ? Date.parse(value) : value
  if (typeof timeMs === 'number' && Math.abs(timeMs) <= timeMsMax) return Math.floor(timeMs)
  const what = value === null || value === undefined ? 'missing' : 'neither a number nor ISO 8601'
  throw new NodeError('GRAFANA_BAD_TIME', `The time of the annotation is ${what}.`)
}

/** As far as dates go. */
const timeMsMax = 8_640_000_000_000_000
