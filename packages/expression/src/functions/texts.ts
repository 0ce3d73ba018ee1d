import { maxListLength, maxTextLength } from '../limits.ts'
import { compilePattern } from '../regex/match.ts'
import type { Matcher } from '../regex/match.ts'
import { PatternFailure } from '../regex/pattern.ts'
import { contained } from '../runtime/operators.ts'
import { textOf } from '../runtime/text.ts'
import type { List } from '../runtime/values.ts'
import { anything, define, list, number, optional, text } from './definition.ts'
import type { CallSite, FunctionDefinition, Implementation } from './definition.ts'

const method = { category: 'text', notation: 'method' } as const

export const textFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'size',
      ...method,
      parameters: [{ name: 'value', types: ['text', 'list', 'map', 'bytes'] }],
      result: 'number',
      summary: 'The number of characters of a text, elements of a list, entries of a map or bytes.',
      example: { source: '"plant".size()', value: 5 },
    },
    sizeOf,
  ),
  define(
    {
      name: 'startsWith',
      ...method,
      unmetered: 'first',
      parameters: [text('text'), text('prefix')],
      result: 'boolean',
      summary: 'Whether a text begins with another.',
      example: { source: '"plant/hall/1".startsWith("plant/")', value: true },
    },
    (whole: string, prefix: string) => whole.startsWith(prefix),
  ),
  define(
    {
      name: 'endsWith',
      ...method,
      unmetered: 'first',
      parameters: [text('text'), text('suffix')],
      result: 'boolean',
      summary: 'Whether a text ends with another.',
      example: { source: '"plant/temperature".endsWith("/temperature")', value: true },
    },
    (whole: string, suffix: string) => whole.endsWith(suffix),
  ),
  {
    name: 'contains',
    ...method,
    parameters: [{ name: 'where', types: ['text', 'list'] }, anything('what')],
    result: 'boolean',
    summary: 'Whether a text has another in it, or a list an element equal to a value.',
    example: { source: '"sensor fault".contains("fault")', value: true },
    prepare: ({ meter }) => contains(meter),
  },
  {
    name: 'matches',
    ...method,
    parameters: [text('text'), text('pattern')],
    result: 'boolean',
    summary:
      'Whether a regular expression (RE2 syntax) occurs in a text; use ^ and $ for the whole.',
    example: { source: 'r"dev-042".matches(r"^dev-\\d{3}$")', value: true },
    check: checkPattern,
    prepare: matches,
  },
  define(
    {
      name: 'matchesTopic',
      ...method,
      parameters: [text('topic'), text('filter')],
      result: 'boolean',
      summary: 'Whether a topic fits an MQTT topic filter with + and #.',
      example: { source: '"plant/1/temperature".matchesTopic("plant/+/temperature")', value: true },
    },
    matchesTopic,
  ),
  define(
    {
      name: 'lowerAscii',
      ...method,
      parameters: [text('text')],
      result: 'text',
      summary: 'The text with A to Z made small; other letters stay.',
      example: { source: '"TEMP É".lowerAscii()', value: 'temp É' },
    },
    (whole: string) => whole.replace(/[A-Z]+/g, (run) => run.toLowerCase()),
  ),
  define(
    {
      name: 'upperAscii',
      ...method,
      parameters: [text('text')],
      result: 'text',
      summary: 'The text with a to z made capital; other letters stay.',
      example: { source: '"temp é".upperAscii()', value: 'TEMP é' },
    },
    (whole: string) => whole.replace(/[a-z]+/g, (run) => run.toUpperCase()),
  ),
  define(
    {
      name: 'lower',
      ...method,
      parameters: [text('text')],
      result: 'text',
      summary: 'The text in small letters, of all alphabets.',
      example: { source: '"TEMP É".lower()', value: 'temp é' },
    },
    (whole: string) => whole.toLowerCase(),
  ),
  define(
    {
      name: 'upper',
      ...method,
      parameters: [text('text')],
      result: 'text',
      summary: 'The text in capital letters, of all alphabets.',
      example: { source: '"temp é".upper()', value: 'TEMP É' },
    },
    (whole: string) => whole.toUpperCase(),
  ),
  define(
    {
      name: 'trim',
      ...method,
      parameters: [text('text')],
      result: 'text',
      summary: 'The text without white space at both ends.',
      example: { source: '"  21.5 ".trim()', value: '21.5' },
    },
    (whole: string) => whole.trim(),
  ),
  define(
    {
      name: 'replace',
      ...method,
      parameters: [text('text'), text('old'), text('new')],
      result: 'text',
      summary: 'The text with every occurrence of one text replaced by another.',
      example: { source: '"a/b/c".replace("/", ".")', value: 'a.b.c' },
    },
    replace,
  ),
  define(
    {
      name: 'split',
      ...method,
      parameters: [text('text'), text('separator')],
      result: 'list',
      summary: 'The parts of a text between separators.',
      example: { source: '"plant/hall/1".split("/")', value: ['plant', 'hall', '1'] },
    },
    (whole: string, separator: string) => {
      const parts = whole.split(separator, maxListLength + 1)
      return parts.length > maxListLength ? null : parts
    },
  ),
  define(
    {
      name: 'join',
      ...method,
      parameters: [list('list'), optional(text('separator'))],
      result: 'text',
      summary: 'The elements of a list as one text, with a separator between them.',
      example: { source: '["a", 1, true].join("-")', value: 'a-1-true' },
    },
    join,
  ),
  define(
    {
      name: 'substring',
      ...method,
      parameters: [text('text'), number('start'), optional(number('end'))],
      result: 'text',
      summary: 'The characters from one index up to, not including, another; the first is 0.',
      example: { source: '"dev-042".substring(4)', value: '042' },
    },
    (whole: string, start: number, end?: number) => whole.substring(start, end),
  ),
  define(
    {
      name: 'indexOf',
      ...method,
      parameters: [text('text'), text('what')],
      result: 'number',
      summary: 'The index of the first occurrence of a text in another, or -1.',
      example: { source: '"dev-042".indexOf("-")', value: 3 },
    },
    (whole: string, what: string) => whole.indexOf(what),
  ),
  define(
    {
      name: 'lastIndexOf',
      ...method,
      parameters: [text('text'), text('what')],
      result: 'number',
      summary: 'The index of the last occurrence of a text in another, or -1.',
      example: { source: '"a/b/c".lastIndexOf("/")', value: 3 },
    },
    (whole: string, what: string) => whole.lastIndexOf(what),
  ),
  define(
    {
      name: 'charAt',
      ...method,
      unmetered: 'first',
      parameters: [text('text'), number('index')],
      result: 'text',
      summary: 'The character at an index; the first is 0. Empty outside the text.',
      example: { source: '"abc".charAt(1)', value: 'b' },
    },
    (whole: string, index: number) => whole.charAt(index),
  ),
  define(
    {
      name: 'padStart',
      ...method,
      parameters: [text('text'), number('length'), optional(text('fill'))],
      result: 'text',
      summary: 'The text, filled at its start (with blanks, or what is given) up to a length.',
      example: { source: '"7".padStart(3, "0")', value: '007' },
    },
    (whole: string, length: number, fill?: string) =>
      length > maxPadding ? null : whole.padStart(length, fill),
  ),
]

const maxPadding = 10_000

function sizeOf(value: object | string): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  return value instanceof Uint8Array ? value.length : Object.keys(value).length
}

function contains(meter: CallSite['meter']): Implementation {
  return (where: string | List, what: unknown) => {
    if (typeof where !== 'string') return contained(what, where, meter)
    return typeof what === 'string' ? where.includes(what) : null
  }
}

function checkPattern([, pattern]: CallSite['literals']): {
  argument: number
  message: string
} | null {
  if (typeof pattern !== 'string') return null
  const result = compilePattern(pattern)
  if (!(result instanceof PatternFailure)) return null
  return {
    argument: 1,
    message: `${result.message} (character ${result.offset + 1} of the pattern)`,
  }
}

/** A literal pattern is compiled once; of computed ones, each call site keeps the last. */
function matches({ literals, meter }: CallSite): Implementation {
  let known: string | null = null
  let matcher: Matcher | PatternFailure = new PatternFailure('none yet', 0)
  const prepare = (pattern: string): void => {
    if (pattern === known) return
    matcher = compilePattern(pattern)
    known = pattern
  }
  const [, literal] = literals
  if (typeof literal === 'string') prepare(literal)
  return (whole: string, pattern: string) => {
    prepare(pattern)
    return matcher instanceof PatternFailure ? null : matcher(whole, meter)
  }
}

/** MQTT 5, section 4.7: + stands for one level, # for the rest, and neither begins at a $ topic. */
function matchesTopic(topic: string, filter: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  const isWild = wanted[0] === '+' || wanted[0] === '#'
  if (topic.startsWith('$') && isWild) return false
  for (let index = 0; index < wanted.length; index++) {
    if (wanted[index] === '#') return index === wanted.length - 1
    if (index >= levels.length) return false
    if (wanted[index] !== '+' && wanted[index] !== levels[index]) return false
  }
  return wanted.length === levels.length
}

function replace(whole: string, old: string, replacement: string): string | null {
  const parts = whole.split(old)
  const length = whole.length + (parts.length - 1) * (replacement.length - old.length)
  if (old === '' || length > maxTextLength) return old === '' ? whole : null
  return parts.join(replacement)
}

function join(items: List, separator = ''): string | null {
  const parts: string[] = []
  let length = 0
  for (const item of items) {
    const part = item === null || item === undefined ? '' : textOf(item)
    if (part === null) return null
    parts.push(part)
    length += part.length + separator.length
    if (length > maxTextLength) return null
  }
  return parts.join(separator)
}
