/** A row as RFC 4180 has it, but with the usual line end. */
export function csvRow(values: readonly unknown[], separator: string): string {
  return `${values.map((value) => cell(value, separator)).join(separator)}\n`
}

function cell(value: unknown, separator: string): string {
  const text = textOf(value)
  const mustQuote =
    text.includes('"') || text.includes('\n') || text.includes('\r') || text.includes(separator)
  return mustQuote ? `"${text.replaceAll('"', '""')}"` : text
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  // What is left of JSON-like values; a function or symbol is shown as such.
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number)
}
