import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import type { BinaryLayout } from './binary-field.ts'
import { bytesOf } from './binary-field.ts'

/** The layout itself. Throws `FORMAT_SETTINGS` for one that cannot be. */
export function checkedLayout(layout: BinaryLayout): BinaryLayout {
  const { fields, recordBytes } = layout
  if (fields.length === 0) throw wrong('Give the fields that stand in the bytes.')
  if (fields.length > limits.columns) throw wrong(`There are more than ${limits.columns} fields.`)
  const names = new Set<string>()
  for (const field of fields) {
    const { name, offset, scale } = field
    if (names.has(name)) throw wrong(`Two fields are named "${name}".`)
    names.add(name)
    if (!(scale !== 0 && Number.isFinite(scale))) throw wrong(`The field "${name}" has no scale.`)
    if (recordBytes > 0 && offset + bytesOf(field) > recordBytes) {
      throw wrong(`The field "${name}" reaches past the ${recordBytes} bytes of a record.`)
    }
  }
  return layout
}

function wrong(sentence: string): FormatError {
  return new FormatError('FORMAT_SETTINGS', sentence)
}
