import { hashText } from './hash-text.ts'

const lengthMax = 1000

/** Equal for equal values only: numbers stand for themselves, all else for a text that says its type. */
export function tokenOf(value: unknown): string | number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return value.length > lengthMax ? `#${digest(value)}` : `'${value}`
  return JSON.stringify(value) ?? ''
}

/** Long texts are kept by length and two hashes, so that a state stays small. */
function digest(text: string): string {
  const middle = text.length >> 1
  return `${text.length}:${hashText(text)}:${hashText(text.slice(middle) + text.slice(0, middle))}`
}
