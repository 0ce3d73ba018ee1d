import { maxPatternStates } from '../limits.ts'
import { spend } from '../runtime/meter.ts'
import type { Meter } from '../runtime/meter.ts'
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
 * Follows all ways through the program at once (Thompson 1968), remembering which set of places
 * follows which on a character, as RE2 does. A character costs one look-up once that is known, and
 * at most one visit to each instruction before: linear in the text, whatever the pattern.
 */
function createMatcher(program: readonly Instruction[]): Matcher {
  const automaton = new Automaton(program)
  return (text, meter) => {
    spend(meter, 1 + (text.length >> 2))
    let state = automaton.start()
    for (let at = 0; at < text.length;) {
      const code = text.codePointAt(at) ?? 0
      at += code > 0xffff ? 2 : 1
      state = state.next[code] ?? automaton.step(state, code, meter)
      if (state.isFinal) return state.isMatch
    }
    state = state.next[endOfText] ?? automaton.step(state, endOfText, meter)
    return state.isMatch
  }
}

/** Stands after the ASCII codes in the table of what comes next. */
const endOfText = 128

/** What came before a place in the text, as far as assertions ask. */
type Before = 'start' | 'word' | 'line' | 'other'

interface State {
  /** Instructions that wait for a character, or for an assertion about the place. */
  waiting: readonly number[]
  before: Before
  /** The state after each ASCII code, and after the end; filled as texts come. */
  next: (State | undefined)[]
  isFinal: boolean
  isMatch: boolean
}

class Automaton {
  readonly #program: readonly Instruction[]
  readonly #isAnchored: boolean
  readonly #asksBefore: boolean
  readonly #states = new Map<string, State>()
  readonly #matched = finalState(true)
  readonly #failed = finalState(false)
  readonly #start: State = {
    ...finalState(false),
    waiting: [0],
    before: 'start',
    next: [],
    isFinal: false,
  }

  constructor(program: readonly Instruction[]) {
    const [first] = program
    this.#program = program
    this.#isAnchored = first?.kind === 'assertion' && first.name === 'textStart'
    this.#asksBefore = program.some(
      (instruction) => instruction.kind === 'assertion' && !instruction.name.startsWith('text'),
    )
  }

  start(): State {
    return this.#start
  }

  step(state: State, code: number, meter: Meter): State {
    spend(meter, 1 + (this.#program.length >> 2))
    const next = this.#follow(state, code)
    if (code <= endOfText) state.next[code] = next
    return next
  }

  #follow(state: State, code: number): State {
    const here = this.#reach(state.waiting, { before: state.before, code })
    if (here.isMatch) return this.#matched
    if (code === endOfText) return this.#failed
    const after: number[] = []
    for (const index of here.waiting) {
      const instruction = this.#program[index]
      if (instruction?.kind === 'characters' && instruction.accepts(code)) after.push(index + 1)
    }
    if (!this.#isAnchored) after.push(0)
    const there = this.#reach(after, null)
    if (there.isMatch) return this.#matched
    return there.waiting.length === 0 ? this.#failed : this.#intern(there.waiting, beforeOf(code))
  }

  /**
   * Goes on through all that consumes nothing. Without a place, assertions stay waiting until the
   * next character is known.
   */
  #reach(
    from: readonly number[],
    place: { before: Before; code: number } | null,
  ): { waiting: number[]; isMatch: boolean } {
    const seen = new Set<number>()
    const pending = [...from]
    const waiting: number[] = []
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      const instruction = this.#program[index]
      if (seen.has(index) || !instruction) continue
      seen.add(index)
      if (instruction.kind === 'match') return { waiting, isMatch: true }
      if (instruction.kind === 'jump') pending.push(instruction.to)
      else if (instruction.kind === 'split') pending.push(instruction.second, instruction.first)
      else if (instruction.kind === 'characters' || !place) waiting.push(index)
      else if (holds(instruction.name, place)) pending.push(index + 1)
    }
    return { waiting, isMatch: false }
  }

  #intern(waiting: readonly number[], exactBefore: Before): State {
    const before = this.#asksBefore || exactBefore === 'start' ? exactBefore : 'other'
    const sorted = waiting.toSorted((a, b) => a - b)
    const key = `${before}:${sorted.join()}`
    const known = this.#states.get(key)
    if (known) return known
    // States refer to one another; letting go of the table lets go of all but the one in use.
    if (this.#states.size >= maxPatternStates) this.#forget()
    const state = { waiting: sorted, before, next: [], isFinal: false, isMatch: false }
    this.#states.set(key, state)
    return state
  }

  #forget(): void {
    for (const state of this.#states.values()) state.next = []
    this.#start.next = []
    this.#states.clear()
  }
}

function finalState(isMatch: boolean): State {
  const state: State = { waiting: [], before: 'other', next: [], isFinal: true, isMatch }
  state.next[endOfText] = state
  return state
}

function beforeOf(code: number): Before {
  if (code === 10) return 'line'
  return isWord(code) ? 'word' : 'other'
}

function holds(name: Assertion, { before, code }: { before: Before; code: number }): boolean {
  if (name === 'textStart') return before === 'start'
  if (name === 'textEnd') return code === endOfText
  if (name === 'lineStart') return before === 'start' || before === 'line'
  if (name === 'lineEnd') return code === endOfText || code === 10
  const isBoundary = (before === 'word') !== isWord(code)
  return isBoundary === (name === 'word')
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  )
}
