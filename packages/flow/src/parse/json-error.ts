export interface JsonError {
  readonly offset: number
  /** What was expected and what stands there, such as `expected "," or "}" but found "x"`. */
  readonly message: string
}

/**
 * Finds the first mistake in JSON text. `JSON.parse` tells its place in some engines and for some
 * mistakes only. Walks without recursion, so depth costs memory and nothing else.
 */
export function locateJsonError(text: string): JsonError | null {
  const scanner = new Scanner(text)
  return scanner.findError()
}

type Expecting = 'value' | 'firstKey' | 'key' | 'colon' | 'firstItem' | 'afterValue'

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
// oxlint-disable-next-line no-control-regex -- JSON's texts may not have them
const plainText = /[^"\\\u0000-\u001f]*/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const space = /[ \t\n\r]*/y

class Scanner {
  readonly #text: string
  readonly #open: ('{' | '[')[] = []
  #offset = 0
  #expecting: Expecting = 'value'

  constructor(text: string) {
    this.#text = text
  }

  findError(): JsonError | null {
    for (;;) {
      this.#take(space)
      const isDone = this.#expecting === 'afterValue' && this.#open.length === 0
      if (isDone)
        return this.#offset === this.#text.length ? null : this.#error('the end of the file')
      const error = this.#step(this.#text[this.#offset])
      if (error) return error
    }
  }

  #step(character: string | undefined): JsonError | null {
    switch (this.#expecting) {
      case 'firstItem':
        return character === ']' ? this.#close() : this.#value(character, 'a value or "]"')
      case 'value':
        return this.#value(character, 'a value')
      case 'firstKey':
        return character === '}' ? this.#close() : this.#key('a key in double quotes or "}"')
      case 'key':
        return this.#key('a key in double quotes')
      case 'colon':
        return character === ':' ? this.#advance('value') : this.#error('":"')
      case 'afterValue':
        return this.#afterValue(character)
    }
  }

  #value(character: string | undefined, wanted: string): JsonError | null {
    if (character === '{' || character === '[') {
      this.#open.push(character)
      return this.#advance(character === '{' ? 'firstKey' : 'firstItem')
    }
    if (character === '"') return this.#literal('afterValue')
    if (!this.#take(scalar)) return this.#error(wanted)
    this.#expecting = 'afterValue'
    return null
  }

  #key(wanted: string): JsonError | null {
    return this.#text[this.#offset] === '"' ? this.#literal('colon') : this.#error(wanted)
  }

  #literal(next: Expecting): JsonError | null {
    const start = this.#offset
    this.#offset += 1
    do this.#take(plainText)
    while (this.#take(escape))
    if (this.#text[this.#offset] === '"') return this.#advance(next)
    if (this.#text[this.#offset] === '\\') return this.#error('an escape such as "\\n"')
    return { offset: start, message: 'a text that is not closed in its line' }
  }

  #afterValue(character: string | undefined): JsonError | null {
    const isObject = this.#open.at(-1) === '{'
    if (character === ',') return this.#advance(isObject ? 'key' : 'value')
    if (character === (isObject ? '}' : ']')) return this.#close()
    return this.#error(isObject ? '"," or "}"' : '"," or "]"')
  }

  #close(): null {
    this.#open.pop()
    return this.#advance('afterValue')
  }

  #advance(next: Expecting): null {
    this.#offset += 1
    this.#expecting = next
    return null
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset
    if (!pattern.test(this.#text)) return false
    this.#offset = pattern.lastIndex
    return true
  }

  #error(wanted: string): JsonError {
    const character = this.#text[this.#offset]
    const found = character === undefined ? 'the file ends' : `found ${JSON.stringify(character)}`
    return { offset: this.#offset, message: `expected ${wanted} but ${found}` }
  }
}
