import { FormatError, parseJson as parse } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'

/** JSON that does not parse: where, counted from 1. */
export class JsonError extends NodeError {
  readonly line: number
  readonly column: number

  constructor(message: string, place: { readonly line: number; readonly column: number }) {
    super('HTTP_BODY_NOT_JSON', message)
    this.line = place.line
    this.column = place.column
  }
}

/** Parses JSON from outside. `firstLine` is the line of the body at which the text begins. */
export function parseJson(text: string, firstLine = 1): unknown {
  try {
    return parse(text, firstLine)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const { line = firstLine, column = 1 } = error.place
    throw new JsonError(error.message, { line, column })
  }
}
