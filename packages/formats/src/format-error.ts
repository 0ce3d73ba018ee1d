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
  private readonly sentence: string

  /** The sentence is put after the place: "Line 3, column 8: a quote is not closed." */
  constructor(
    code: FormatErrorCode,
    sentence: string,
    { cause, ...place }: Place & { readonly cause?: unknown } = {},
  ) {
    super(code, told(placeText(place), sentence), cause === undefined ? undefined : { cause })
    this.place = place
    this.sentence = sentence
  }

  /** The same, said of something inside this field or, with a number, this item. */
  within(name: string | number): FormatError {
    const { cause, place, sentence } = this
    const field = joined(name, place.field)
    // Only its own code came in.
    const code = this.code as FormatErrorCode
    return new FormatError(code, sentence, { ...place, field, cause })
  }
}

/** For whatever was caught while a field or item was dealt with. */
export function within(error: unknown, name: string | number): unknown {
  return error instanceof FormatError ? error.within(name) : error
}

function joined(name: string | number, rest = ''): string {
  const own = typeof name === 'number' ? `[${name}]` : name
  return rest === '' || rest.startsWith('[') ? own + rest : `${own}.${rest}`
}

/** Without a place the sentence stands alone. */
function told(place: string, sentence: string): string {
  if (place !== '') return place + sentence
  const whole = /^(?:is|has|reaches) /.test(sentence) ? `The value ${sentence}` : sentence
  return whole.charAt(0).toUpperCase() + whole.slice(1)
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
