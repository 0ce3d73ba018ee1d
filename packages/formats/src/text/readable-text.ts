import { jsonText } from '../json/json-text.ts'
import { utf8Text } from './charset.ts'

/** A value as text for people: text as it is, nothing as nothing, bytes as UTF-8, else JSON. */
export function readableText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? utf8Text(value) : jsonText(value)
}
