import { locateJsonError } from './json-error.ts'
import type { Problem } from '../flow.ts'
import { limits } from '../limits.ts'

export type ParsedJson = { readonly value: unknown } | { readonly problems: readonly Problem[] }

/** Parses JSON text; a mistake is reported with its line and column, both counted from 1. */
export function parseJsonText(text: string): ParsedJson {
  if (text.length > limits.documentCharacters) {
    return refusal(
      'DOCUMENT_TOO_LARGE',
      `The file is larger than ${limits.documentCharacters} characters`,
    )
  }
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    const value: unknown = JSON.parse(withoutMark)
    return { value }
  } catch (error) {
    return refusal('JSON_SYNTAX', describe(withoutMark, error))
  }
}

function refusal(code: string, message: string): ParsedJson {
  return { problems: [{ severity: 'error', code, message }] }
}

function describe(text: string, error: unknown): string {
  const located = locateJsonError(text)
  if (!located) return `Not valid JSON: ${String(error)}`
  const { line, column } = lineAndColumn(text, located.offset)
  return `Not valid JSON: ${located.message} at line ${line}, column ${column}`
}

export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}
