import { errorAt, placeOf, SyntaxFailure } from '../problem.ts'

/** The text literal that begins at `start`, or null where none does: CEL's quotes and escapes. */
export function readTextLiteral(
  source: string,
  start: number,
): { value: string; end: number } | null {
  const first = source[start]
  const isRaw = (first === 'r' || first === 'R') && isQuote(source[start + 1])
  const open = isRaw ? start + 1 : start
  const quote = source[open]
  if (!isQuote(quote)) return null
  const isTriple = source.startsWith(quote.repeat(3), open)
  const closing = isTriple ? quote.repeat(3) : quote
  return readBody(source, { start, body: open + closing.length, closing, isRaw })
}

interface Opening {
  start: number
  body: number
  closing: string
  isRaw: boolean
}

function readBody(source: string, opening: Opening): { value: string; end: number } {
  const { start, body, closing, isRaw } = opening
  let value = ''
  let from = body
  for (let at = body; at < source.length; at++) {
    const character = source[at]
    if (source.startsWith(closing, at)) {
      return { value: value + source.slice(from, at), end: at + closing.length }
    }
    if (character === '\n' && closing.length === 1) break
    if (character !== '\\' || isRaw) continue
    const escape = readEscape(source, at)
    value += source.slice(from, at) + escape.value
    from = escape.end
    at = escape.end - 1
  }
  const message = `The text that begins at ${placeOf(source, start)} has no end; expected a closing ${closing}`
  throw new SyntaxFailure(errorAt(start, Math.min(source.length, start + 1), message))
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '/': '/',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
}

const digitsAfter: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 }

function readEscape(source: string, at: number): { value: string; end: number } {
  const letter = source[at + 1] ?? ''
  const simple = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined
  if (simple !== undefined) return { value: simple, end: at + 2 }
  const count = Object.hasOwn(digitsAfter, letter) ? (digitsAfter[letter] ?? 0) : 0
  if (count > 0) {
    const digits = source.slice(at + 2, at + 2 + count)
    const code =
      digits.length === count && /^[0-9a-fA-F]+$/.test(digits) ? parseInt(digits, 16) : -1
    if (code >= 0 && code <= 0x10ffff)
      return { value: String.fromCodePoint(code), end: at + 2 + count }
  }
  const octal = source.slice(at + 1, at + 4)
  if (/^[0-3][0-7]{2}$/.test(octal)) {
    return { value: String.fromCodePoint(parseInt(octal, 8)), end: at + 4 }
  }
  throw badEscape(source, at)
}

function badEscape(source: string, at: number): SyntaxFailure {
  const message = `Expected an escape such as \\n, \\", \\\\ or \\u00e9 at ${placeOf(source, at)}; write \\\\ for a backslash, or r"…" for a raw text`
  return new SyntaxFailure(errorAt(at, Math.min(source.length, at + 2), message))
}

function isQuote(character: string | undefined): character is string {
  return character === '"' || character === "'"
}
