import { finite } from '../runtime/values.ts'
import type { List } from '../runtime/values.ts'
import { define, number, optional, repeated } from './definition.ts'
import type { FunctionDefinition, Implementation, Parameter } from './definition.ts'
import { largest, smallest } from './lists.ts'

const head = {
  category: 'number',
  notation: 'function',
  result: 'number',
  unmetered: 'all',
} as const
const x = number('x')
const listOrNumber: Parameter = { name: 'x', types: ['number', 'list'] }

/** A function of numbers whose result is null where it is not finite. */
function numeric(
  name: string,
  parameters: readonly Parameter[],
  about: {
    summary: string
    source: string
    value: number | null
    run: (...args: number[]) => number
  },
): FunctionDefinition {
  const { summary, source, value, run } = about
  const entry = { name, ...head, parameters, summary, example: { source, value } }
  return define(entry, (...args: number[]) => finite(run(...args)))
}

export const numberFunctions: FunctionDefinition[] = [
  numeric('abs', [x], {
    summary: 'The number without its sign.',
    source: 'abs(-3.5)',
    value: 3.5,
    run: Math.abs,
  }),
  numeric('ceil', [x], {
    summary: 'The next whole number up.',
    source: 'ceil(1.2)',
    value: 2,
    run: Math.ceil,
  }),
  numeric('floor', [x], {
    summary: 'The next whole number down.',
    source: 'floor(-1.2)',
    value: -2,
    run: Math.floor,
  }),
  numeric('trunc', [x], {
    summary: 'The number without its decimals.',
    source: 'trunc(-1.8)',
    value: -1,
    run: Math.trunc,
  }),
  numeric('round', [x, optional(number('digits'))], {
    summary:
      'The nearest number with so many decimals (none unless told); halves go away from zero, as in SQL.',
    source: 'round(21.456, 1)',
    value: 21.5,
    run: round,
  }),
  numeric('sqrt', [x], {
    summary: 'The square root; null for a negative number.',
    source: 'sqrt(9)',
    value: 3,
    run: Math.sqrt,
  }),
  numeric('pow', [x, number('exponent')], {
    summary: 'The number raised to a power.',
    source: 'pow(2, 10)',
    value: 1024,
    run: Math.pow,
  }),
  numeric('exp', [x], {
    summary: 'The number e raised to a power.',
    source: 'exp(0)',
    value: 1,
    run: Math.exp,
  }),
  numeric('log', [x, optional(number('base'))], {
    summary: 'The logarithm, natural unless a base is given; null for zero and below.',
    source: 'log(8, 2)',
    value: 3,
    run: logarithm,
  }),
  numeric('sign', [x], {
    summary: '-1, 0 or 1.',
    source: 'sign(-0.5)',
    value: -1,
    run: Math.sign,
  }),
  numeric('clamp', [x, number('low'), number('high')], {
    summary: 'The number, kept between two bounds.',
    source: 'clamp(120, 0, 100)',
    value: 100,
    run: (value = 0, low = 0, high = 0) => Math.min(Math.max(value, low), high),
  }),
  numeric('scale', [x, number('low'), number('high'), number('newLow'), number('newHigh')], {
    summary: 'The number, moved from one range to another: 4 to 20 mA to 0 to 100 %, say.',
    source: 'scale(12, 4, 20, 0, 100)',
    value: 50,
    run: (value = 0, low = 0, high = 0, newLow = 0, newHigh = 0) =>
      newLow + ((value - low) / (high - low)) * (newHigh - newLow),
  }),
  numeric('sin', [x], {
    summary: 'The sine of an angle in radians.',
    source: 'sin(0)',
    value: 0,
    run: Math.sin,
  }),
  numeric('cos', [x], {
    summary: 'The cosine of an angle in radians.',
    source: 'cos(0)',
    value: 1,
    run: Math.cos,
  }),
  numeric('tan', [x], {
    summary: 'The tangent of an angle in radians.',
    source: 'tan(0)',
    value: 0,
    run: Math.tan,
  }),
  numeric('asin', [x], {
    summary: 'The angle in radians with this sine.',
    source: 'asin(0)',
    value: 0,
    run: Math.asin,
  }),
  numeric('acos', [x], {
    summary: 'The angle in radians with this cosine.',
    source: 'acos(1)',
    value: 0,
    run: Math.acos,
  }),
  numeric('atan', [x], {
    summary: 'The angle in radians with this tangent.',
    source: 'atan(0)',
    value: 0,
    run: Math.atan,
  }),
  numeric('atan2', [number('y'), x], {
    summary: 'The angle in radians of the point (x, y).',
    source: 'atan2(0, 1)',
    value: 0,
    run: Math.atan2,
  }),
  numeric('radians', [number('degrees')], {
    summary: 'Degrees as radians.',
    source: 'radians(0)',
    value: 0,
    run: (degrees = 0) => (degrees * Math.PI) / 180,
  }),
  numeric('degrees', [number('radians')], {
    summary: 'Radians as degrees.',
    source: 'degrees(0)',
    value: 0,
    run: (radians = 0) => (radians * 180) / Math.PI,
  }),
  numeric('bitAnd', [x, number('y')], {
    summary: 'The bits that two numbers (as 32 bits without sign) have in common.',
    source: 'bitAnd(12, 10)',
    value: 8,
    run: (left = 0, right = 0) => (left & right) >>> 0,
  }),
  numeric('bitOr', [x, number('y')], {
    summary: 'The bits that either of two numbers (as 32 bits without sign) has.',
    source: 'bitOr(12, 10)',
    value: 14,
    run: (left = 0, right = 0) => (left | right) >>> 0,
  }),
  numeric('bitXor', [x, number('y')], {
    summary: 'The bits that just one of two numbers (as 32 bits without sign) has.',
    source: 'bitXor(12, 10)',
    value: 6,
    run: (left = 0, right = 0) => (left ^ right) >>> 0,
  }),
  numeric('shiftLeft', [x, number('bits')], {
    summary: 'The number (as 32 bits without sign) moved left by so many bits.',
    source: 'shiftLeft(1, 4)',
    value: 16,
    run: (left = 0, bits = 0) => (bits > 31 ? 0 : (left << bits) >>> 0),
  }),
  numeric('shiftRight', [x, number('bits')], {
    summary: 'The number (as 32 bits without sign) moved right by so many bits.',
    source: 'shiftRight(16, 4)',
    value: 1,
    run: (left = 0, bits = 0) => (bits > 31 ? 0 : left >>> bits),
  }),
  extreme('min', 'The smallest of several numbers, or of a list; a list may hold texts too.', {
    example: { source: 'min(3, 1, 2)', value: 1 },
    ofList: smallest,
    ofNumbers: Math.min,
  }),
  extreme('max', 'The largest of several numbers, or of a list; a list may hold texts too.', {
    example: { source: '[3, 1, 2].max()', value: 3 },
    ofList: largest,
    ofNumbers: Math.max,
  }),
]

function extreme(
  name: string,
  summary: string,
  how: {
    example: { source: string; value: unknown }
    ofList: (items: List) => unknown
    ofNumbers: (...numbers: number[]) => number
  },
): FunctionDefinition {
  const parameters = [listOrNumber, repeated(number('others'))]
  const entry = { name, category: 'number', notation: 'function', result: 'any' } as const
  const run: Implementation = (first: number | List, ...others: number[]) => {
    if (typeof first === 'number') return finite(how.ofNumbers(first, ...others))
    return others.length === 0 ? how.ofList(first) : null
  }
  return define({ ...entry, parameters, summary, example: how.example }, run)
}

function logarithm(value = 0, base?: number): number {
  if (base === 2) return Math.log2(value)
  if (base === 10) return Math.log10(value)
  return base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)
}

/** Half away from zero at a decimal place, judged by the decimal digits: 1.005 gives 1.01. */
function round(value = 0, digits = 0): number {
  const places = Math.max(-300, Math.min(300, Math.trunc(digits)))
  const size = Math.abs(value)
  const rounded = roundQuickly(size, places) ?? roundDigits(size, places)
  return value < 0 ? -rounded : rounded
}

const powersOfTen = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/** Exact unless the digit that decides is about a half; undefined then. */
function roundQuickly(size: number, places: number): number | undefined {
  const power = powersOfTen[places]
  if (power === undefined || size * power > 1e15) return undefined
  const scaled = size * power
  const rounded = Math.round(scaled)
  const isNearHalf = Math.abs(Math.abs(scaled - rounded) - 0.5) < 1e-3 && places > 0
  return isNearHalf ? undefined : rounded / power
}

function roundDigits(size: number, places: number): number {
  const rounded = shift(Math.round(shift(size, places)), -places)
  // Not finite: there are so many places that nothing is left to round away.
  return Number.isFinite(rounded) ? rounded : size
}

function shift(value: number, places: number): number {
  const [digits = '0', exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + places}`)
}
