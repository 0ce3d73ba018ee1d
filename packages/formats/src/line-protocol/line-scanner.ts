import { FormatError } from '../format-error.ts'
import { putOwn } from '../own-property.ts'
import type { FieldScalar, Point } from './point.ts'
import type { Precision } from './timestamp.ts'

/**
 * Reads points off a text as InfluxDB does: outside of quotes a backslash escapes what is special
 * where it stands, and means itself before anything else; in quotes it escapes `"` and `\`.
 */
export class LineScanner {
  /** Counted from 1. */
  line: number
  private readonly text: string
  private readonly precision: Precision
  private at = 0
  private lineStart = 0

  constructor(text: string, precision: Precision, firstLine = 1) {
    this.line = firstLine
    this.text = text
    this.precision = precision
  }

  /** Goes to where the next point begins; false where there is none. */
  skipToPoint(): boolean {
    const { text } = this
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at)
      if (code === hash) this.skipLine()
      else if (code === newline) this.endLine(this.at)
      else if (isSpace(code) || code === carriageReturn) this.at += 1
      else return true
    }
    return false
  }

  skipLine(): void {
    const end = this.text.indexOf('\n', this.at)
    if (end < 0) this.at = this.text.length
    else this.endLine(end)
  }

  point(): Point {
    const measurement = this.name(measurementEnds)
    if (measurement === '') throw this.problem('the measurement is empty.')
    const tags: Record<string, string> = {}
    while (this.code() === comma) this.tag(tags)
    if (!isSpace(this.code())) throw this.problem('there are no fields.')
    this.skipSpaces()
    const fields: Record<string, FieldScalar> = {}
    this.field(fields)
    while (this.code() === comma) {
      this.at += 1
      this.field(fields)
    }
    const time = this.time()
    return time === undefined ? { measurement, tags, fields } : { measurement, tags, fields, time }
  }

  private tag(tags: Record<string, string>): void {
    this.at += 1
    const name = this.name(keyEnds)
    if (name === '') throw this.problem('a tag has no name.')
    if (this.code() !== equals) throw this.problem(`the tag "${name.slice(0, 50)}" has no value.`)
    this.at += 1
    const value = this.name(keyEnds)
    if (value === '') throw this.problem(`the tag "${name.slice(0, 50)}" has no value.`)
    if (this.code() === equals) throw this.problem('an = in the value of a tag is not escaped.')
    putOwn(tags, name, value)
  }

  private field(fields: Record<string, FieldScalar>): void {
    const name = this.name(keyEnds)
    if (name === '') throw this.problem('a field has no name.')
    if (this.code() !== equals) throw this.problem(`the field "${name.slice(0, 50)}" has no value.`)
    this.at += 1
    putOwn(fields, name, this.code() === quote ? this.quoted() : this.scalar(name))
  }

  /** Up to one of the characters that end it. */
  private name(ends: Uint8Array): string {
    const { text } = this
    const start = this.at
    let isEscaped = false
    for (; this.at < text.length; this.at += 1) {
      const code = text.charCodeAt(this.at)
      if (code === backslash && ends[text.charCodeAt(this.at + 1)] === escapable) {
        isEscaped = true
        this.at += 1
      } else if (ends[code] !== undefined && ends[code] !== 0) break
    }
    const name = text.slice(start, this.at)
    if (!isEscaped) return name
    return name.replace(ends === measurementEnds ? /\\([, ])/g : /\\([,= ])/g, '$1')
  }

  private quoted(): string {
    const { text } = this
    const start = this.at + 1
    let end = text.indexOf('"', start)
    let from = start
    // A quote counts where an even number of backslashes is before it.
    for (; end >= 0; end = text.indexOf('"', end + 1)) {
      let backslashes = 0
      while (end - backslashes > from && text.charCodeAt(end - backslashes - 1) === backslash) {
        backslashes += 1
      }
      if (backslashes % 2 === 0) break
      from = end + 1
    }
    if (end < 0) throw this.problem('a quote is opened here and never closed.')
    const raw = text.slice(start, end)
    this.at = end + 1
    if (raw.includes('\n')) this.countLines(start, end)
    return raw.includes('\\') ? raw.replace(/\\(["\\])/g, '$1') : raw
  }

  private countLines(start: number, end: number): void {
    let found = this.text.indexOf('\n', start)
    for (; found >= 0 && found < end; found = this.text.indexOf('\n', found + 1)) {
      this.line += 1
      this.lineStart = found + 1
    }
  }

  private scalar(name: string): FieldScalar {
    const start = this.at
    for (; this.at < this.text.length; this.at += 1) {
      const code = this.text.charCodeAt(this.at)
      if (code === comma || isSpace(code) || code === newline || code === carriageReturn) break
    }
    const raw = this.text.slice(start, this.at)
    const value = scalarOf(raw)
    if (value !== undefined) return value
    this.at = start
    const shown = raw.slice(0, 50)
    throw this.problem(
      raw === ''
        ? `the field "${name.slice(0, 50)}" has no value.`
        : `the field "${name.slice(0, 50)}" is ${shown}, which is no value of line protocol.`,
    )
  }

  private time(): number | undefined {
    this.skipSpaces()
    const start = this.at
    const { text } = this
    while (this.at < text.length && isNumeric(text.charCodeAt(this.at))) this.at += 1
    const raw = text.slice(start, this.at)
    this.skipSpaces()
    const code = this.code()
    if (code === carriageReturn) this.at += 1
    if (this.at < text.length && this.code() !== newline) {
      throw this.problem('there is more than a timestamp behind the fields.')
    }
    if (raw !== '' && !/^-?\d{1,19}$/.test(raw)) throw this.problem(`"${raw}" is no timestamp.`)
    if (this.at < text.length) this.endLine(this.at)
    return raw === '' ? undefined : milliseconds(raw, this.precision)
  }

  private skipSpaces(): void {
    while (isSpace(this.code())) this.at += 1
  }

  private code(): number {
    return this.text.charCodeAt(this.at)
  }

  private endLine(newlineAt: number): void {
    this.at = newlineAt + 1
    this.line += 1
    this.lineStart = this.at
  }

  private problem(sentence: string): FormatError {
    const { line } = this
    return new FormatError('FORMAT_DECODE', sentence, {
      line,
      column: this.at - this.lineStart + 1,
    })
  }
}

const hash = 0x23
const comma = 0x2c
const equals = 0x3d
const quote = 0x22
const backslash = 0x5c
const newline = 0x0a
const carriageReturn = 0x0d
const escapable = 2

/** What ends a name: 2 where it can be escaped. */
function endsOf(escapables: string): Uint8Array {
  const ends = new Uint8Array(128)
  for (const character of escapables) ends[character.charCodeAt(0)] = escapable
  ends[newline] = 1
  return ends
}

const measurementEnds = endsOf(', ')
const keyEnds = endsOf(',= ')

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function isNumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d
}

function scalarOf(raw: string): FieldScalar | undefined {
  const last = raw.charCodeAt(raw.length - 1)
  // `i` and `u` mark whole numbers.
  if (last === 0x69 || last === 0x75) return wholeOf(raw)
  const word = words.get(raw)
  if (word !== undefined) return word
  if (!floatPattern.test(raw)) return undefined
  const value = Number(raw)
  return Number.isFinite(value) ? value : undefined
}

const floatPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

function wholeOf(raw: string): number | bigint | undefined {
  const pattern = raw.endsWith('i') ? /^[+-]?\d{1,19}i$/ : /^\+?\d{1,20}u$/
  if (!pattern.test(raw)) return undefined
  const digits = raw.slice(0, -1)
  const value = Number(digits)
  if (Number.isSafeInteger(value)) return value
  const whole = BigInt(digits)
  const isSigned = raw.endsWith('i')
  const fits = isSigned ? BigInt.asIntN(64, whole) === whole : BigInt.asUintN(64, whole) === whole
  return fits ? whole : undefined
}

const words: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

function milliseconds(digits: string, precision: Precision): number {
  switch (precision) {
    case 's':
      return Number(digits) * 1000
    case 'ms':
      return Number(digits)
    case 'us':
      return divided(digits, 3)
    case 'ns':
      return divided(digits, 6)
  }
}

/** A number divided by a power of ten, more exactly than a division of what it was rounded to. */
function divided(digits: string, places: number): number {
  const sign = digits.startsWith('-') ? -1 : 1
  const padded = digits.slice(sign < 0 ? 1 : 0).padStart(places + 1, '0')
  return sign * Number(`${padded.slice(0, -places)}.${padded.slice(-places)}`)
}
