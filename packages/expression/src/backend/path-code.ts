import type { PathSegment } from '../message.ts'
import { quote } from '../syntax/print.ts'
import { isName } from '../syntax/tokens.ts'
import { createAccess, readSegment, withElement, withProperty } from './path-access.ts'
import type { PathAccess } from './path-access.ts'

/**
 * Reading and writing by code made for one path, so that V8 learns the shapes on the way of this
 * path alone. Only quoted names and whole numbers get into the code.
 */
export function generateAccess(segments: readonly PathSegment[]): PathAccess {
  const { get, set } = build(segments)
  return { get, set, remove: createAccess(segments).remove }
}

const runtime = {
  readSegment,
  withElement,
  withProperty,
  prototypeOf: Object.getPrototypeOf,
  objectPrototype: Object.prototype,
} as const

function build(segments: readonly PathSegment[]): Pick<PathAccess, 'get' | 'set'> {
  const last = segments.length
  const code = [
    '"use strict"',
    `const { ${Object.keys(runtime).join(', ')} } = runtime`,
    'return {',
    'get(v0) {',
    ...segments.map((segment, depth) => readStep(segment, depth)),
    `return v${last}`,
    '},',
    'set(v0, value) {',
    ...segments.slice(0, -1).map((segment, depth) => readStep(segment, depth)),
    `let c${last} = value`,
    ...segments.map((segment, depth) => copyStep(segment, depth)).toReversed(),
    'return c0',
    '}',
    '}',
  ].join('\n')
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is made here, from quoted names
  return new Function('runtime', code)(runtime)
}

/** Reads v1 out of v0, and so on; see writer.ts for why the prototype is asked for after. */
function readStep(segment: PathSegment, depth: number): string {
  const holder = `v${depth}`
  const value = `v${depth + 1}`
  const name = codeOf(segment)
  const slow = `readSegment(${holder}, ${name})`
  const isSlow = typeof segment === 'number' || segment in Object.prototype || !isName(segment)
  if (isSlow || segment === 'length') return `const ${value} = ${slow}`
  return [
    `let ${value}`,
    `if (typeof ${holder} === "object" && ${holder} !== null) {`,
    `${value} = ${holder}[${name}]`,
    `if (${value} !== undefined && prototypeOf(${holder}) !== objectPrototype) ${value} = ${slow} }`,
  ].join('\n')
}

/** Makes c0, a copy of v0 that holds c1, and so on. */
function copyStep(segment: PathSegment, depth: number): string {
  const holder = `v${depth}`
  const name = codeOf(segment)
  const inner = `c${depth + 1}`
  const copy = `let c${depth} = `
  if (typeof segment === 'number') return `${copy}withElement(${holder}, ${name}, ${inner})`
  const slow = `withProperty(${holder}, ${name}, ${inner})`
  const isPlain = `typeof ${holder} === "object" && ${holder} !== null && prototypeOf(${holder}) === objectPrototype`
  return `${copy}${isPlain} ? { ...${holder}, ${name}: ${inner} } : ${slow}`
}

function codeOf(segment: PathSegment): string {
  return typeof segment === 'number' ? String(segment) : quote(segment)
}
