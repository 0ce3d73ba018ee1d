import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { parseJson } from './parse-json.ts'
import { jsonText } from './json-text.ts'

/** Each line that is not empty is a value. */
export function parseJsonLines(text: string): unknown[] {
  const values: unknown[] = []
  let line = 1
  for (let start = 0; start < text.length; line += 1) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    const part = text.slice(start, end)
    start = end + 1
    if (part.trim() === '') continue
    if (values.length >= limits.values) throw tooMany(line)
    values.push(parseJson(part, line))
  }
  return values
}

/** A list as a line for each of its items, all else as one line. */
export function jsonLines(value: unknown): string {
  if (!Array.isArray(value)) return `${jsonText(value)}\n`
  let text = ''
  for (const item of value) text += `${jsonText(item)}\n`
  return text
}

function tooMany(line: number): FormatError {
  return new FormatError('FORMAT_LIMIT', `there are more than ${limits.values} lines.`, { line })
}
