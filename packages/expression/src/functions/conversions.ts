import { jsonOf, textOf } from '../runtime/text.ts'
import { finite, kindOf } from '../runtime/values.ts'
import { anything, define, number, text } from './definition.ts'
import type { FunctionDefinition } from './definition.ts'

const head = { category: 'convert', notation: 'function' } as const

export const conversionFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'number',
      ...head,
      parameters: [anything('value')],
      result: 'number',
      summary: 'A text or boolean as a number; null where it is none.',
      example: { source: 'number(" 21.5 ")', value: 21.5 },
    },
    numberOf,
  ),
  define(
    {
      name: 'double',
      ...head,
      parameters: [anything('value')],
      result: 'number',
      summary: 'The same as number().',
      example: { source: 'double("1e3")', value: 1000 },
    },
    numberOf,
  ),
  define(
    {
      name: 'int',
      ...head,
      parameters: [anything('value')],
      result: 'number',
      summary: 'A number, text or boolean as a whole number, without the decimals.',
      example: { source: 'int("21.9")', value: 21 },
    },
    (value: unknown) => {
      const converted = numberOf(value)
      return converted === null ? null : Math.trunc(converted)
    },
  ),
  define(
    {
      name: 'string',
      ...head,
      parameters: [anything('value')],
      result: 'text',
      summary: 'Any value as text: lists and maps as JSON, bytes as UTF-8.',
      example: { source: 'string(21.5) + " °C"', value: '21.5 °C' },
    },
    textOf,
  ),
  define(
    {
      name: 'fixed',
      ...head,
      notation: 'method',
      parameters: [number('x'), number('digits')],
      result: 'text',
      summary: 'A number as text with just so many decimals, from 0 to 20.',
      example: { source: 'fixed(21.5, 2)', value: '21.50' },
    },
    (value: number, digits: number) => (digits >= 0 && digits <= 20 ? value.toFixed(digits) : null),
  ),
  define(
    {
      name: 'bool',
      ...head,
      parameters: [anything('value')],
      result: 'boolean',
      summary:
        'True for true, 1, "true", "t", "on", "yes", "1"; false for their opposites; else null.',
      example: { source: 'bool("on")', value: true },
    },
    booleanOf,
  ),
  define(
    {
      name: 'type',
      ...head,
      seesNull: true,
      unmetered: 'all',
      parameters: [anything('value')],
      result: 'text',
      summary: 'The kind of a value: null, boolean, number, text, list, map, bytes or other.',
      example: { source: 'type([1])', value: 'list' },
    },
    kindOf,
  ),
  define(
    {
      name: 'json',
      ...head,
      parameters: [text('text')],
      result: 'any',
      summary: 'What a JSON text says; null where it is not JSON.',
      example: { source: `json('{"a": [1, 2]}').a`, value: [1, 2] },
    },
    parseJson,
  ),
  define(
    {
      name: 'toJson',
      ...head,
      parameters: [anything('value')],
      result: 'text',
      summary: 'A value as JSON text.',
      example: { source: 'toJson({a: [1, "x"]})', value: '{"a":[1,"x"]}' },
    },
    jsonOf,
  ),
]

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const hexadecimal = /^0[xX][0-9a-fA-F]+$/

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return finite(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint') return finite(Number(value))
  if (value instanceof Date) return finite(value.getTime())
  if (typeof value !== 'string' || value.length > 400) return null
  const digits = value.trim()
  return decimal.test(digits) || hexadecimal.test(digits) ? finite(Number(digits)) : null
}

const words: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'off', '0'].map((word) => [word, false] as const),
])

function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 0) return value === 1
  return typeof value === 'string' ? (words.get(value.trim().toLowerCase()) ?? null) : null
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return null
  }
}
