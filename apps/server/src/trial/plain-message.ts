import type { TestMessage } from '@millrace/flow'
import type { Message } from '@millrace/sdk'

const depthMax = 32

/** A message as JSON has it: bytes as `$binary`, other numbers as `$number`, dates as text. */
export function toPlain(message: Message): TestMessage {
  const plain = plainOf(message, 0)
  return isRecord(plain) ? plain : {}
}

/** A message as a flow takes it, with bytes where `$binary` stands. */
export function fromPlain(plain: TestMessage): Message {
  const value = revived(plain)
  return isRecord(value) ? { ...value, payload: value['payload'] } : { payload: undefined }
}

function plainOf(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth >= depthMax) return '…'
  if (value instanceof Uint8Array) return { $binary: Buffer.from(value).toString('base64') }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Error) return { $error: `${value.name}: ${value.message}` }
  if (value instanceof Map) return plainOf([...value], depth)
  if (value instanceof Set) return plainOf([...value], depth)
  if (Array.isArray(value)) return value.map((item) => plainOf(item, depth + 1) ?? null)
  const members = Object.entries(value).flatMap(([key, inner]) => {
    const plain = plainOf(inner, depth + 1)
    return plain === undefined ? [] : [[key, plain] as const]
  })
  return Object.fromEntries(members)
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived)
  if (!isRecord(value)) return value
  const { $binary } = value
  if (typeof $binary === 'string') return new Uint8Array(Buffer.from($binary, 'base64'))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
