import { parseNumber } from './number-text.ts'
import type { Labels, Sample } from './sample.ts'

/** What is wrong with a line; the parser adds which line. */
export class BadLine extends Error {}

/**
 * Reads `name{label="value",…} value [time]` and leaves out an exemplar behind it. A name may stand
 * in quotes within the braces, as Prometheus 3 writes names of any characters.
 */
export function scanSample(line: string, timeUnitMs: number): Sample {
  const cursor = new Cursor(line)
  let name = cursor.word(bareName)
  let labels: Labels = none
  if (cursor.skip('{')) {
    const read = readLabels(cursor)
    labels = read.labels
    if (read.name !== undefined && name !== '') throw new BadLine('has two names')
    name = read.name ?? name
  }
  if (name === '') throw new BadLine('has no name')
  const value = parseNumber(cursor.word(untilSpace))
  if (value === undefined) throw new BadLine(`has no number as the value of ${name.slice(0, 100)}`)
  return { name, labels, value, timeMs: readTime(cursor, timeUnitMs) }
}

const none: Labels = {}
const bareName = /[a-zA-Z_:][\w:]*/y
const labelName = /[a-zA-Z_]\w*/y
const untilSpace = /[^\s#]+/y
const spaces = /[ \t]*/y

function readTime(cursor: Cursor, timeUnitMs: number): number | undefined {
  const text = cursor.word(untilSpace)
  if (text === '') {
    if (cursor.isAtEnd || cursor.peek() === '#') return undefined
    throw new BadLine('goes on where it should end')
  }
  const number = parseNumber(text)
  if (number === undefined || !Number.isFinite(number)) throw new BadLine('has a time that is none')
  if (!cursor.isAtEnd && cursor.peek() !== '#') throw new BadLine('goes on where it should end')
  return Math.round(number * timeUnitMs)
}

function readLabels(cursor: Cursor): { readonly labels: Labels; readonly name?: string } {
  const pairs: [string, string][] = []
  const seen = new Set<string>()
  let name: string | undefined
  while (!cursor.skip('}')) {
    if (cursor.isAtEnd) throw new BadLine('has labels without an end')
    const isQuoted = cursor.peek() === '"'
    const label = isQuoted ? cursor.quoted() : cursor.word(labelName)
    if (isQuoted && cursor.peek() !== '=') name = label
    else {
      if (label === '') throw new BadLine('has a label without a name')
      if (!cursor.skip('=')) throw new BadLine(`has no = behind the label ${label.slice(0, 100)}`)
      if (seen.has(label)) throw new BadLine(`has the label ${label.slice(0, 100)} twice`)
      seen.add(label)
      pairs.push([label, cursor.quoted()])
    }
    if (!cursor.skip(',') && cursor.peek() !== '}') throw new BadLine('has labels without a comma')
  }
  // Defines each name as a property of its own, whatever it is called.
  return { labels: Object.fromEntries(pairs), ...(name === undefined ? {} : { name }) }
}

class Cursor {
  private readonly line: string
  private at = 0

  constructor(line: string) {
    this.line = line
    this.rest()
  }

  get isAtEnd(): boolean {
    return this.at >= this.line.length
  }

  peek(): string {
    return this.line.charAt(this.at)
  }

  /** What matches here, which may be nothing, and the spaces behind it. */
  word(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.line)?.[0] ?? ''
    this.at += found.length
    this.rest()
    return found
  }

  skip(character: string): boolean {
    if (this.peek() !== character) return false
    this.at += 1
    this.rest()
    return true
  }

  /** Text in quotes, in which `\\`, `\"` and `\n` are escapes. */
  quoted(): string {
    if (this.peek() !== '"') throw new BadLine('has a label without quotes')
    const start = this.at + 1
    let end = start
    let hasEscape = false
    for (; end < this.line.length && this.line.charAt(end) !== '"'; end += 1) {
      if (this.line.charAt(end) !== '\\') continue
      hasEscape = true
      end += 1
    }
    if (end >= this.line.length) throw new BadLine('has quotes without an end')
    const text = this.line.slice(start, end)
    this.at = end + 1
    this.rest()
    return hasEscape ? unescapeText(text) : text
  }

  private rest(): void {
    spaces.lastIndex = this.at
    this.at += spaces.exec(this.line)?.[0].length ?? 0
  }
}

export function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (whole, escaped: string) => {
    if (escaped === 'n') return '\n'
    return escaped === '\\' || escaped === '"' ? escaped : whole
  })
}
