/**
 * InfluxDB line protocol: `measurement,tag=a field=1.5 1700000000000`.
 * The one text that the write endpoints of versions 1, 2 and 3 take.
 */

export type FieldType = 'auto' | 'float' | 'integer' | 'boolean' | 'string'

export type Precision = 's' | 'ms' | 'us' | 'ns'

/** Name with the characters that end it escaped. A line break cannot stand in a name: it becomes a space. */
export function escapeMeasurement(name: string): string {
  return tamed(name).replaceAll(/[, ]/g, String.raw`\$&`)
}

/** For tag keys, tag values and field keys. */
export function escapeKey(name: string): string {
  return tamed(name).replaceAll(/[,= ]/g, String.raw`\$&`)
}

/** Text as a field value, in quotes. Line breaks may stand inside them. */
export function quoteText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/**
 * A backslash at the end would escape the separator behind it, and there is no way to write one:
 * the protocol has no escape for the backslash itself.
 */
function tamed(name: string): string {
  return name.replaceAll(/[\r\n]+/g, ' ').replace(/\\+$/, '')
}

/** A value as a field of the type, or undefined when it cannot be one. Null is no value. */
export function fieldText(value: unknown, type: FieldType): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (type) {
    case 'float':
      return floatText(numberOf(value))
    case 'integer':
      return integerText(value)
    case 'boolean':
      return booleanText(value)
    case 'string':
      return quoteText(plainText(value))
    case 'auto':
      return typeof value === 'number'
        ? floatText(value)
        : typeof value === 'boolean'
          ? String(value)
          : quoteText(plainText(value))
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

function floatText(value: number): string | undefined {
  return Number.isFinite(value) ? String(value) : undefined
}

const largestInteger = 9_223_372_036_854_775_807n

function integerText(value: unknown): string | undefined {
  if (typeof value === 'bigint') {
    return value <= largestInteger && value >= -largestInteger ? `${value}i` : undefined
  }
  const number = Math.trunc(numberOf(value))
  if (!Number.isFinite(number) || Math.abs(number) >= Number(largestInteger)) return undefined
  return `${BigInt(number)}i`
}

function booleanText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value !== 0) : undefined
  return value === 'true' || value === 'false' ? value : undefined
}

/** Text as it is, and anything else as JSON. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value) ?? ''
}

/** Milliseconds since the epoch, fractions included, in units of the precision. */
export function timeText(ms: number, precision: Precision): string {
  const whole = Math.floor(ms)
  if (precision === 's') return String(Math.floor(ms / 1000))
  if (precision === 'ms') return String(whole)
  const digits = precision === 'us' ? 3 : 6
  const parts = Math.floor((ms - whole) * 10 ** digits)
  return String(BigInt(whole) * 10n ** BigInt(digits) + BigInt(parts))
}
