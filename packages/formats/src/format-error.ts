import { NodeError } from '@millrace/sdk'

/**
 * `FORMAT_DECODE`: the bytes are not of that format. `FORMAT_ENCODE`: the format has no form for the
 * value. `FORMAT_LIMIT`: a bound is passed. `FORMAT_SETTINGS`: schema or settings are wrong.
 */
export type FormatErrorCode = 'FORMAT_DECODE' | 'FORMAT_ENCODE' | 'FORMAT_LIMIT' | 'FORMAT_SETTINGS'

/** Where in the bytes, the text or the value something is wrong; what is known of it. */
export interface Place {
  /** Counted from 1. */
  readonly line?: number
  /** Counted from 1. */
  readonly column?: number
  /** Of the byte, counted from 0. */
  readonly offset?: number
  /** Such as `readings[2].value`. */
  readonly field?: string
}

/** What the package throws for bytes, values, schemas and settings that are wrong. */
export class FormatError extends NodeError {
  readonly place: Place

  /** The sentence is put after the place: "Line 3, column 8: a quote is not closed." */
  constructor(
    code: FormatErrorCode,
    sentence: string,
    { cause, ...place }: Place & { readonly cause?: unknown } = {},
  ) {
    super(code, `${placeText(place)}${sentence}`, cause === undefined ? undefined : { cause })
    this.place = place
  }
}

function placeText({ line, column, offset, field }: Place): string {
  const parts: string[] = []
  if (line !== undefined) parts.push(`line ${line}`)
  if (column !== undefined) parts.push(`column ${column}`)
  if (offset !== undefined) parts.push(`byte ${offset}`)
  if (field !== undefined && field !== '') parts.push(`field ${field}`)
  const text = parts.join(', ')
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}: `
}
