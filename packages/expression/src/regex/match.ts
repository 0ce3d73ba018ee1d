import type { Meter } from '../runtime/meter.ts'
import { spend } from '../runtime/meter.ts'
import { parsePattern, PatternFailure } from './pattern.ts'
import type { Assertion } from './pattern.ts'
import { buildProgram } from './program.ts'
import type { Instruction } from './program.ts'

/** Whether the pattern occurs anywhere in the text. */
export type Matcher = (text: string, meter: Meter) => boolean

/** The matcher of a pattern, or what is wrong with the pattern. */
export function compilePattern(source: string): Matcher | PatternFailure {
  try {
    return createMatcher(buildProgram(parsePattern(source)))
  } catch (error) {
    if (error instanceof PatternFailure) return error
    throw error
  }
}

/**
 * Follows all ways through the program at once (Thompson 1968, Pike): at most one visit to each
 * instruction per character, whatever the pattern.
 */
function createMatcher(program: readonly Instruction[]): Matcher {
  let current = new Threads(program)
  let next = new Threads(program)
  const first = program[0]
  const isAnchored = first?.kind === 'assertion' && first.name === 'textStart'
  return (text, meter) => {
    const perCharacter = 1 + (program.length >> 3)
    current.clear()
    for (let at = 0; ;) {
      if ((at === 0 || !isAnchored) && current.add(0, text, at)) return true
      if (at >= text.length || (isAnchored && current.count === 0)) return false
      spend(meter, perCharacter)
      const code = text.codePointAt(at) ?? 0
      at += code > 0xffff ? 2 : 1
      next.clear()
      if (current.step(code, next, { text, at })) return true
      const swapped = current
      current = next
      next = swapped
    }
  }
}

/** The set of instructions that the automaton is in at one place of the text. */
class Threads {
  readonly #program: readonly Instruction[]
  readonly #waiting: Int32Array
  readonly #seen: Int32Array
  readonly #pending: number[] = []
  #round = 0
  count = 0

  constructor(program: readonly Instruction[]) {
    this.#program = program
    this.#waiting = new Int32Array(program.length)
    this.#seen = new Int32Array(program.length)
  }

  clear(): void {
    this.count = 0
    this.#round++
    if (this.#round < 0x7fffffff) return
    this.#seen.fill(0)
    this.#round = 1
  }

  /** Goes on from `start` through all that consumes nothing. True when that reaches the match. */
  add(start: number, text: string, at: number): boolean {
    this.#pending.push(start)
    for (let index = this.#pending.pop(); index !== undefined; index = this.#pending.pop()) {
      if (this.#seen[index] === this.#round) continue
      this.#seen[index] = this.#round
      if (this.#follow(index, text, at)) {
        this.#pending.length = 0
        return true
      }
    }
    return false
  }

  /** Consumes one character, adding what comes after it to `next`. */
  step(code: number, next: Threads, place: { text: string; at: number }): boolean {
    for (let thread = 0; thread < this.count; thread++) {
      const index = this.#waiting[thread] ?? 0
      const instruction = this.#program[index]
      if (instruction?.kind !== 'characters' || !instruction.accepts(code)) continue
      if (next.add(index + 1, place.text, place.at)) return true
    }
    return false
  }

  #follow(index: number, text: string, at: number): boolean {
    const instruction = this.#program[index]
    if (instruction?.kind === 'match') return true
    if (instruction?.kind === 'characters') this.#waiting[this.count++] = index
    else if (instruction?.kind === 'jump') this.#pending.push(instruction.to)
    else if (instruction?.kind === 'split')
      this.#pending.push(instruction.second, instruction.first)
    else if (instruction && holdsAt(instruction.name, text, at)) this.#pending.push(index + 1)
    return false
  }
}

function holdsAt(name: Assertion, text: string, at: number): boolean {
  if (name === 'textStart') return at === 0
  if (name === 'textEnd') return at === text.length
  if (name === 'lineStart') return at === 0 || text[at - 1] === '\n'
  if (name === 'lineEnd') return at === text.length || text[at] === '\n'
  const isBoundary = isWordAt(text, at - 1) !== isWordAt(text, at)
  return isBoundary === (name === 'word')
}

function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  )
}
