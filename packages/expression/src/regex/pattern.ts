/**
 * Regular expressions in RE2's syntax, less what only matters for captures. They are read into this
 * tree and run by an automaton (match.ts) in time linear in the text, so that no pattern and no
 * text can make a flow hang. Back references and look-around have no place in that: they are refused.
 */
export type Pattern =
  | { kind: 'empty' }
  | { kind: 'characters'; set: CharacterSet }
  | { kind: 'assertion'; name: Assertion }
  | { kind: 'sequence'; parts: Pattern[] }
  | { kind: 'choice'; options: Pattern[] }
  | { kind: 'repeat'; body: Pattern; min: number; max: number }

export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord'

export interface CharacterSet {
  /** Pairs of code points, both inclusive. */
  ranges: readonly (readonly [number, number])[]
  isNegated: boolean
  ignoresCase: boolean
}

export class PatternFailure extends Error {
  /** Offset in the pattern. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Throws a PatternFailure whose message says what was expected. */
export function parsePattern(source: string): Pattern {
  const reader = new PatternReader(source)
  return reader.readAll()
}

interface Flags {
  i: boolean
  m: boolean
  s: boolean
}

const digits: CharacterSet['ranges'] = [[48, 57]]
const wordCharacters: CharacterSet['ranges'] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
const blanks: CharacterSet['ranges'] = [
  [9, 13],
  [32, 32],
]
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7 }
const highest = 0x10ffff
const maxRepeat = 1_000
const maxDepth = 64

class PatternReader {
  readonly #source: string
  #at = 0
  #depth = 0
  #flags: Flags = { i: false, m: false, s: false }

  constructor(source: string) {
    this.#source = source
  }

  readAll(): Pattern {
    const pattern = this.#readChoice()
    if (this.#at < this.#source.length) this.#fail('There is a ")" without its "("')
    return pattern
  }

  #readChoice(): Pattern {
    if (++this.#depth > maxDepth) this.#fail(`Groups may be nested up to ${maxDepth} deep`)
    const options = [this.#readSequence()]
    while (this.#accept('|')) options.push(this.#readSequence())
    this.#depth--
    const [only] = options
    return only && options.length === 1 ? only : { kind: 'choice', options }
  }

  #readSequence(): Pattern {
    const parts: Pattern[] = []
    while (this.#at < this.#source.length && !this.#sees('|') && !this.#sees(')')) {
      parts.push(this.#readRepeat(this.#readAtom()))
    }
    return { kind: 'sequence', parts }
  }

  #readRepeat(body: Pattern): Pattern {
    const bounds = this.#readBounds()
    if (!bounds) return body
    // Lazy repetition changes which match is found, never whether there is one.
    this.#accept('?')
    if (this.#sees('*') || this.#sees('+') || this.#sees('?')) {
      this.#fail('A repetition cannot itself be repeated; put it in ( )')
    }
    return { kind: 'repeat', body, ...bounds }
  }

  #readBounds(): { min: number; max: number } | null {
    if (this.#accept('*')) return { min: 0, max: Infinity }
    if (this.#accept('+')) return { min: 1, max: Infinity }
    if (this.#accept('?')) return { min: 0, max: 1 }
    const match = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.#source.slice(this.#at, this.#at + 16))
    if (!match) return null
    const min = Number(match[1])
    const open = match[3] === '' ? Infinity : Number(match[3])
    const max = match[2] === '' ? min : open
    if (min > maxRepeat || (max > maxRepeat && max !== Infinity) || max < min) {
      this.#fail(`A repetition such as {2,5} counts from 0 up to ${maxRepeat}, the lower first`)
    }
    this.#at += match[0].length
    return { min, max }
  }

  #readAtom(): Pattern {
    if (this.#accept('(')) return this.#readGroup()
    if (this.#accept('[')) return this.#readClass()
    if (this.#accept('.')) return this.#set(this.#flags.s ? [] : [[10, 10]], true)
    if (this.#accept('^')) return assertion(this.#flags.m ? 'lineStart' : 'textStart')
    if (this.#accept('$')) return assertion(this.#flags.m ? 'lineEnd' : 'textEnd')
    if (this.#accept('\\')) return this.#readEscape()
    if (this.#sees('*') || this.#sees('+') || this.#sees('?')) {
      this.#fail('Expected something to repeat before it; write \\ before it to mean the character')
    }
    return this.#one(this.#readCodePoint())
  }

  #readGroup(): Pattern {
    const outer = this.#flags
    if (this.#accept('?')) {
      const isInline = this.#readGroupHead()
      if (isInline) return { kind: 'empty' }
    }
    const body = this.#readChoice()
    if (!this.#accept(')')) this.#fail('Expected a closing ")"')
    this.#flags = outer
    return body
  }

  /** What follows `(?`. True for flags that hold from here on, as in `(?i)`. */
  #readGroupHead(): boolean {
    const rest = this.#source.slice(this.#at, this.#at + 80)
    const name = /^P?<[A-Za-z_]\w*>/.exec(rest)
    const flags = /^([ims]*)(?:-([ims]+))?([:)])/.exec(rest)
    if (name) this.#at += name[0].length
    else if (flags) this.#setFlags(flags[1] ?? '', flags[2] ?? '', flags[0].length)
    else this.#fail('Look-around and other groups beginning with (? are not possible here')
    return flags?.[3] === ')'
  }

  #setFlags(on: string, off: string, length: number): void {
    const isOn = (flag: keyof Flags): boolean =>
      !off.includes(flag) && (on.includes(flag) || this.#flags[flag])
    this.#flags = { i: isOn('i'), m: isOn('m'), s: isOn('s') }
    this.#at += length
  }

  #readEscape(): Pattern {
    if (this.#accept('b')) return assertion('word')
    if (this.#accept('B')) return assertion('notWord')
    if (this.#accept('A')) return assertion('textStart')
    if (this.#accept('z')) return assertion('textEnd')
    const named = this.#readNamedClass()
    if (named) return this.#set(named.ranges, named.isNegated)
    return this.#one(this.#readEscapedCodePoint())
  }

  #readNamedClass(): { ranges: CharacterSet['ranges']; isNegated: boolean } | null {
    const letter = this.#source[this.#at] ?? ''
    const lower = letter.toLowerCase()
    const ranges = lower === 'd' ? digits : lower === 'w' ? wordCharacters : blanks
    if (lower !== 'd' && lower !== 'w' && lower !== 's') return null
    this.#at++
    return { ranges, isNegated: letter !== lower }
  }

  #readEscapedCodePoint(): number {
    const letter = this.#source[this.#at] ?? ''
    if (letter === '') this.#fail('Expected a character after "\\"')
    if (Object.hasOwn(controls, letter)) {
      this.#at++
      return controls[letter] ?? 0
    }
    const hex = /^(?:x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4}))/.exec(
      this.#source.slice(this.#at, this.#at + 10),
    )
    if (hex) {
      this.#at += hex[0].length
      return Math.min(highest, parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16))
    }
    if (/[0-9]/.test(letter)) this.#fail('References back to a group are not possible here')
    if (/[A-Za-z]/.test(letter)) this.#fail(`There is no escape "\\${letter}"`)
    return this.#readCodePoint()
  }

  #readClass(): Pattern {
    const isNegated = this.#accept('^')
    const ranges: (readonly [number, number])[] = []
    for (let isFirst = true; isFirst || !this.#sees(']'); isFirst = false) {
      if (this.#at >= this.#source.length) this.#fail('Expected a closing "]"')
      ranges.push(...this.#readClassItem())
    }
    this.#accept(']')
    return this.#set(ranges, isNegated)
  }

  #readClassItem(): CharacterSet['ranges'] {
    if (this.#source.startsWith('[:', this.#at)) this.#fail('Write \\d, \\w or a-z for [:…:]')
    const low = this.#readClassCharacter()
    if (typeof low !== 'number') return low
    const isRange = this.#sees('-') && this.#source[this.#at + 1] !== ']'
    if (!isRange || this.#at + 1 >= this.#source.length) return [[low, low]]
    this.#at++
    const high = this.#readClassCharacter()
    if (typeof high !== 'number' || high < low) this.#fail('A range goes from lower to higher')
    return [[low, high]]
  }

  #readClassCharacter(): number | CharacterSet['ranges'] {
    if (!this.#accept('\\')) return this.#readCodePoint()
    const named = this.#readNamedClass()
    if (named) return named.isNegated ? invert(named.ranges) : named.ranges
    return this.#readEscapedCodePoint()
  }

  #readCodePoint(): number {
    const code = this.#source.codePointAt(this.#at) ?? 0
    this.#at += code > 0xffff ? 2 : 1
    return code
  }

  #one(code: number): Pattern {
    return this.#set([[code, code]], false)
  }

  #set(ranges: CharacterSet['ranges'], isNegated: boolean): Pattern {
    return { kind: 'characters', set: { ranges, isNegated, ignoresCase: this.#flags.i } }
  }

  #sees(character: string): boolean {
    return this.#source[this.#at] === character
  }

  #accept(character: string): boolean {
    if (!this.#sees(character)) return false
    this.#at++
    return true
  }

  #fail(message: string): never {
    throw new PatternFailure(message, this.#at)
  }
}

function assertion(name: Assertion): Pattern {
  return { kind: 'assertion', name }
}

/** For sorted ranges that do not touch. */
function invert(ranges: CharacterSet['ranges']): CharacterSet['ranges'] {
  const starts = [0, ...ranges.map(([, high]) => high + 1)]
  const ends = [...ranges.map(([low]) => low - 1), highest]
  return starts.map((start, index) => [start, ends[index] ?? highest] as const)
}
