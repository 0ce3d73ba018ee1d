import { maxPatternSize } from '../limits.ts'
import { PatternFailure } from './pattern.ts'
import type { Assertion, CharacterSet, Pattern } from './pattern.ts'

/** One step of the automaton; `next` and the two branches are indexes into the program. */
export type Instruction =
  | { kind: 'characters'; accepts: (code: number) => boolean }
  | { kind: 'assertion'; name: Assertion }
  | { kind: 'split'; first: number; second: number }
  | { kind: 'jump'; to: number }
  | { kind: 'match' }

/** Thompson's construction. Throws a PatternFailure where the program grows over its bound. */
export function buildProgram(pattern: Pattern): Instruction[] {
  const program: Instruction[] = []
  emit(pattern, program)
  push(program, { kind: 'match' })
  return program
}

function emit(pattern: Pattern, program: Instruction[]): void {
  switch (pattern.kind) {
    case 'empty':
      return
    case 'characters':
      push(program, { kind: 'characters', accepts: acceptor(pattern.set) })
      return
    case 'assertion':
      push(program, pattern)
      return
    case 'sequence':
      for (const part of pattern.parts) emit(part, program)
      return
    case 'choice':
      emitChoice(pattern.options, program)
      return
    case 'repeat':
      emitRepeat(pattern, program)
  }
}

function emitChoice(options: readonly Pattern[], program: Instruction[]): void {
  const exits: { kind: 'jump'; to: number }[] = []
  options.forEach((option, index) => {
    if (index === options.length - 1) return emit(option, program)
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    push(program, split)
    emit(option, program)
    const exit = { kind: 'jump' as const, to: 0 }
    push(program, exit)
    exits.push(exit)
    split.second = program.length
  })
  for (const exit of exits) exit.to = program.length
}

function emitRepeat(pattern: Pattern & { kind: 'repeat' }, program: Instruction[]): void {
  const { body, min, max } = pattern
  for (let count = 0; count < min; count++) {
    const before = program.length
    emit(body, program)
    // An empty body stays empty however often it is repeated.
    if (program.length === before) return
  }
  if (max === Infinity) return emitLoop(body, program)
  const splits: { kind: 'split'; first: number; second: number }[] = []
  for (let count = min; count < max; count++) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    push(program, split)
    splits.push(split)
    emit(body, program)
  }
  for (const split of splits) split.second = program.length
}

function emitLoop(body: Pattern, program: Instruction[]): void {
  const start = program.length
  const split = { kind: 'split' as const, first: start + 1, second: 0 }
  push(program, split)
  emit(body, program)
  push(program, { kind: 'jump', to: start })
  split.second = program.length
}

function push(program: Instruction[], instruction: Instruction): void {
  if (program.length >= maxPatternSize) {
    throw new PatternFailure('The pattern is too large; repeat fewer times', 0)
  }
  program.push(instruction)
}

/** A test for one code point: a table for ASCII, the ranges for the rest. */
function acceptor(set: CharacterSet): (code: number) => boolean {
  const table = Uint8Array.from({ length: 128 }, (_, code) => (holds(set, code) ? 1 : 0))
  return (code) => (code < 128 ? table[code] === 1 : holds(set, code))
}

function holds(set: CharacterSet, code: number): boolean {
  return isInside(set, code) !== set.isNegated
}

function isInside({ ranges, ignoresCase }: CharacterSet, code: number): boolean {
  const codes = ignoresCase ? casesOf(code) : [code]
  return ranges.some(([low, high]) => codes.some((each) => each >= low && each <= high))
}

function casesOf(code: number): number[] {
  const text = String.fromCodePoint(code)
  const variants = [text, text.toLowerCase(), text.toUpperCase()]
  return variants.flatMap((each) => {
    const only = each.codePointAt(0)
    return only !== undefined && String.fromCodePoint(only) === each ? [only] : []
  })
}
