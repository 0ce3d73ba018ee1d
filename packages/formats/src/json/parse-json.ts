import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { offsetOfError } from './json-place.ts'

/** Parses JSON from outside. `firstLine` is the line of the whole at which the text begins. */
export function parseJson(text: string, firstLine = 1): unknown {
  refuseDepth(text, firstLine)
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const what = why.replace(/ in JSON at position.*$|, (?:\.\.\.)?".*$/s, '').slice(0, 200)
    throw new FormatError(
      'FORMAT_DECODE',
      `${what}.`,
      placeAt(text, offsetOfError(text), firstLine),
    )
  }
}

function refuseDepth(text: string, firstLine: number): void {
  // That deep it cannot be: each level takes two characters.
  if (text.length <= limits.depth * 2) return
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === backslash) at += 1
      else if (code === quote) isInString = false
    } else if (code === quote) isInString = true
    else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > limits.depth) throw tooDeep(text, at, firstLine)
    } else if (code === closeBrace || code === closeBracket) depth -= 1
  }
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

function tooDeep(text: string, offset: number, firstLine: number): FormatError {
  return new FormatError('FORMAT_LIMIT', `nested more than ${limits.depth} levels deep.`, {
    ...placeAt(text, offset, firstLine),
  })
}

function placeAt(
  text: string,
  offset: number,
  firstLine: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = firstLine + before.split('\n').length - 1
  return { line, column: offset - lineStart + 1 }
}
