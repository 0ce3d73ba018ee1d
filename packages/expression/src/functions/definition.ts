import type { Meter } from '../runtime/meter.ts'

/** What the checker knows of a value before it exists. `any` is what comes from the message. */
export type Type = 'any' | 'null' | 'boolean' | 'number' | 'text' | 'list' | 'map' | 'bytes'

export interface Parameter {
  name: string
  /** Any of these; at run time another kind makes the result null. */
  types: readonly Type[]
  isOptional?: true
  /** The last parameter may be given any number of times. */
  isRepeated?: true
}

export type Category = 'text' | 'number' | 'list' | 'time' | 'convert' | 'bytes' | 'null' | 'place'

/** What the editor needs to complete, explain and document a function. */
export interface FunctionEntry {
  name: string
  category: Category
  /** How it is best written; `f(x, y)` and `x.f(y)` mean the same, save for macros. */
  notation: 'function' | 'method' | 'macro'
  /** In the method notation the first is what stands before the dot. */
  parameters: readonly Parameter[]
  result: Type
  /** One sentence. */
  summary: string
  /** An expression and its value; every example runs as a test. */
  example: { source: string; value: unknown }
}

/** One place in an expression where a function is called. */
export interface CallSite {
  /** The value of each argument that is written as a literal. */
  literals: readonly (string | number | boolean | null | undefined)[]
  meter: Meter
}

/**
 * Back ends check the arguments against `parameters` before they call, hence `any`: each
 * implementation names the types that its parameters promise.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type Implementation = (...args: any[]) => unknown

export interface FunctionDefinition extends FunctionEntry {
  /** True where the function has to see null; otherwise a null argument makes the result null. */
  seesNull?: true
  /** The arguments whose size does not make the work grow, so that they need not be metered. */
  unmetered?: 'all' | 'first'
  /** What is wrong with the literal arguments, if anything. */
  check?: (literals: CallSite['literals']) => { argument: number; message: string } | null
  /** Makes the implementation for one call site, which may keep what it has prepared. */
  prepare: (site: CallSite) => Implementation
}

/** A function that needs nothing of the place where it is called. */
export function define(
  entry: Omit<FunctionDefinition, 'prepare'>,
  run: Implementation,
): FunctionDefinition {
  return { ...entry, prepare: () => run }
}

export const text = (name: string): Parameter => ({ name, types: ['text'] })
export const number = (name: string): Parameter => ({ name, types: ['number'] })
export const list = (name: string): Parameter => ({ name, types: ['list'] })
export const anything = (name: string): Parameter => ({ name, types: ['any'] })
export const optional = (parameter: Parameter): Parameter => ({ ...parameter, isOptional: true })
export const repeated = (parameter: Parameter): Parameter => ({
  ...parameter,
  isOptional: true,
  isRepeated: true,
})
