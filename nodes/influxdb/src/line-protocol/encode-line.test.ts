import { assert, property, string, double, array, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { escapeKey, escapeMeasurement, fieldText, quoteText, timeText } from './encode-line.ts'

test.each([
  [21.5, 'auto', '21.5'],
  [21, 'auto', '21'],
  [21, 'integer', '21i'],
  [21.9, 'integer', '21i'],
  ['7', 'integer', '7i'],
  [1e30, 'integer', undefined],
  [Number.NaN, 'auto', undefined],
  [Infinity, 'float', undefined],
  [true, 'auto', 'true'],
  [true, 'float', '1'],
  ['on', 'boolean', undefined],
  ['a "b" \\', 'auto', String.raw`"a \"b\" \\"`],
  [{ a: 1 }, 'string', String.raw`"{\"a\":1}"`],
  [null, 'float', undefined],
] as const)('writes %j as %s', (value, type, text) => expect(fieldText(value, type)).toBe(text))

test.each([
  [1_700_000_000_123, 's', '1700000000'],
  [1_700_000_000_123, 'ms', '1700000000123'],
  [1_700_000_000_123, 'us', '1700000000123000'],
  [1_700_000_000_123.5, 'ns', '1700000000123500000'],
  [-1, 'ns', '-1000000'],
] as const)('writes the time %d in %s', (ms, precision, text) =>
  expect(timeText(ms, precision)).toBe(text),
)

test('reads back what it wrote, whatever stands in names and texts', () => {
  const name = string({ minLength: 1, unit: 'grapheme' })
  assert(
    property(
      name,
      array(tuple(name, name)),
      name,
      string(),
      double({ noNaN: true, noDefaultInfinity: true }),
      (measurement, tags, key, text, number) => {
        const tagPart = tags
          .map(([k, v]) => [escapeKey(k), escapeKey(v)])
          .filter(([k, v]) => k !== '' && v !== '')
          .map(([k, v]) => `,${k}=${v}`)
          .join('')
        const line = `${escapeMeasurement(measurement)}${tagPart} ${escapeKey(key)}=${quoteText(text)},n=${number} 5`
        const parts = splitLine(line)
        expect(parts.at(-1)).toBe('5')
        expect(parts).toHaveLength(3)
        expect(parts[1]).toContain(quoteText(text))
      },
    ),
  )
})

/** The three parts of a line, as a server finds them: at spaces not escaped and not in quotes. */
function splitLine(line: string): string[] {
  const parts = ['']
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at)
    if (char === '\\') {
      parts.push(`${parts.pop() ?? ''}${char}${line.charAt(at + 1)}`)
      at += 1
    } else if (char === ' ' && !isQuoted) parts.push('')
    else {
      // Quotes mean something in the field values alone.
      if (char === '"' && parts.length === 2 && (isQuoted || line.charAt(at - 1) === '='))
        isQuoted = !isQuoted
      parts.push(`${parts.pop() ?? ''}${char}`)
    }
  }
  return parts
}
