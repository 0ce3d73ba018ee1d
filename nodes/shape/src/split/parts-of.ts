import { NodeError } from '@millrace/sdk'

/** One part of what is split; `name` is that of an object's entry. */
export interface Part {
  readonly value: unknown
  readonly name?: string
}

/** How a text is split: at a separator, or, without one, into lines. */
export interface Splitting {
  readonly separator: string | undefined
  readonly partsMax: number
}

/** The parts of a list, an object or a text, in order; throws when there are too many. */
export function partsOf(value: unknown, { separator, partsMax }: Splitting): readonly Part[] {
  if (typeof value === 'string') {
    const texts =
      separator === undefined ? linesOf(value, partsMax) : value.split(separator, partsMax + 1)
    return bounded(texts, partsMax).map((text) => ({ value: text }))
  }
  if (Array.isArray(value))
    return bounded(value, partsMax).map((item: unknown) => ({ value: item }))
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    const entries = bounded(Object.entries(value), partsMax)
    return entries.map(([name, item]): Part => ({ value: item, name }))
  }
  throw new NodeError('SPLIT_NOTHING', 'There is neither a list nor an object nor a text to split.')
}

/** Lines end in LF or CRLF; after the last end there is no further line. */
function linesOf(text: string, partsMax: number): readonly string[] {
  if (text === '') return []
  const lines = text.split(/\r?\n/, partsMax + 2)
  return lines.at(-1) === '' && lines.length < partsMax + 2 ? lines.slice(0, -1) : lines
}

function bounded<Item>(items: readonly Item[], partsMax: number): readonly Item[] {
  if (items.length <= partsMax) return items
  throw new NodeError('SPLIT_TOO_MANY', `There are more than ${partsMax} parts.`)
}
