import type { SaxesTagPlain } from 'saxes'
import { cellReader } from '../csv/cell-value.ts'
import type { CellValue } from '../csv/cell-value.ts'
import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { loadSaxes } from '../load-library.ts'
import { putOwn } from '../own-property.ts'

export interface XmlSettings {
  /** Whether texts that look like numbers, true or false become such. */
  readonly types: 'auto' | 'text'
}

/**
 * An XML document as an object with its root element. An element without attributes and elements
 * is its text, null where it is empty. Else it is an object of attributes as `@name`, text as
 * `#text` and elements by name, as a list where there are several of a name. Entities that a
 * document defines itself are refused; comments and instructions are passed over.
 */
export function xmlDecoder({ types }: XmlSettings): (text: string) => unknown {
  const { SaxesParser } = loadSaxes()
  const read = cellReader(types, '.')
  return (text) => {
    const parser = new SaxesParser()
    const tree = new TreeBuilder(read, (sentence) => problem(parser, sentence))
    parser.on('error', (error) => {
      // The library puts its own place in front.
      throw problem(parser, `${error.message.replace(/^(?:[^:]*:)?\d+:\d+: /, '')}`)
    })
    parser.on('opentag', (tag) => tree.open(tag))
    parser.on('closetag', () => tree.close())
    parser.on('text', (piece) => tree.text(piece))
    parser.on('cdata', (piece) => tree.text(piece))
    parser.write(text).close()
    return tree.document
  }
}

function problem(
  { line, column }: { readonly line: number; readonly column: number },
  sentence: string,
): FormatError {
  return new FormatError('FORMAT_DECODE', sentence, { line, column: column + 1 })
}

interface Open {
  readonly name: string
  /** Attributes and elements. */
  readonly parts: Record<string, unknown>
  /** Names of elements of which there are several, which are lists then. */
  readonly lists: Set<string>
  hasParts: boolean
  text: string
}

class TreeBuilder {
  readonly document: Record<string, unknown> = {}
  private readonly stack: Open[] = []
  private readonly read: CellValue
  private readonly problem: (sentence: string) => FormatError
  private count = 0

  constructor(read: CellValue, complain: (sentence: string) => FormatError) {
    this.read = read
    this.problem = complain
  }

  open({ name, attributes }: SaxesTagPlain): void {
    this.count += 1
    if (this.count > limits.values) throw this.problem('there are too many elements.')
    if (this.stack.length >= limits.depth) {
      throw this.problem(`nested more than ${limits.depth} levels deep.`)
    }
    const entries = Object.entries(attributes)
    const element: Open = {
      name,
      parts: {},
      lists: new Set(),
      hasParts: entries.length > 0,
      text: '',
    }
    for (const [key, value] of entries) putOwn(element.parts, `@${key}`, this.read(value))
    this.stack.push(element)
  }

  text(piece: string): void {
    const open = this.stack.at(-1)
    if (open !== undefined) open.text += piece
  }

  close(): void {
    const element = this.stack.pop()
    if (element === undefined) return
    const value = this.valueOf(element)
    const parent = this.stack.at(-1)
    if (parent === undefined) putOwn(this.document, element.name, value)
    else add(parent, element.name, value)
  }

  private valueOf({ parts, hasParts, text }: Open): unknown {
    const trimmed = text.trim()
    if (!hasParts) return trimmed === '' ? null : this.read(trimmed)
    if (trimmed !== '') putOwn(parts, '#text', this.read(trimmed))
    return parts
  }
}

function add(parent: Open, name: string, value: unknown): void {
  parent.hasParts = true
  if (!Object.hasOwn(parent.parts, name)) {
    putOwn(parent.parts, name, value)
    return
  }
  const before = parent.parts[name]
  // Elements are never lists themselves.
  if (parent.lists.has(name)) (before as unknown[]).push(value)
  else {
    putOwn(parent.parts, name, [before, value])
    parent.lists.add(name)
  }
}
