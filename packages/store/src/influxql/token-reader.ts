import { InfluxError } from './influx-error.ts'
import { tokensOf } from './lexer.ts'
import type { Token } from './lexer.ts'
import type { Names } from './syntax.ts'

const end: Token = { kind: 'end', text: '' }

/** Goes through the tokens of a query. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(query: string) {
    this.#tokens = tokensOf(query)
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? end
  }

  next(): Token {
    const token = this.peek()
    this.#at += 1
    return token
  }

  /** Takes these words, in any case, where all of them follow. */
  takeWords(words: string): boolean {
    const wanted = words.split(' ')
    const isThere = wanted.every((word, ahead) => {
      const { kind, text } = this.peek(ahead)
      return kind === 'word' && text.toLowerCase() === word
    })
    if (isThere) this.#at += wanted.length
    return isThere
  }

  takeSign(sign: string): boolean {
    const { kind, text } = this.peek()
    if (kind !== 'sign' || text !== sign) return false
    this.#at += 1
    return true
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(sign)
  }

  expectWords(words: string): void {
    if (!this.takeWords(words)) throw this.unexpected(words.toUpperCase())
  }

  expectName(): string {
    const { kind, text } = this.peek()
    if (kind !== 'word' && kind !== 'name') throw this.unexpected('identifier')
    this.#at += 1
    return text
  }

  expectNames(): Names {
    if (this.peek().kind === 'pattern') return { pattern: this.next().text }
    return { name: this.expectName() }
  }

  /** A whole number, where the words come before it. */
  numberAfter(words: string): number | undefined {
    if (!this.takeWords(words)) return undefined
    const { kind, text } = this.next()
    if (kind === 'number' && /^\d+$/.test(text)) return Number(text)
    throw new InfluxError(`error parsing query: found ${text}, expected integer`)
  }

  unexpected(expected: string): InfluxError {
    const { kind, text } = this.peek()
    const found = kind === 'end' ? 'EOF' : text.slice(0, 100)
    return new InfluxError(`error parsing query: found ${found}, expected ${expected}`)
  }
}
