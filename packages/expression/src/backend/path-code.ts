import type { PathSegment } from '../message.ts'
import { quote } from '../syntax/print.ts'
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
  return new Function('runtime', code)(runtime)
}

/** Reads v1 out of v0, and so on. A plain map is read directly, as in generate.ts. */
function readStep(segment: PathSegment, depth: number): string {
  const holder = `v${depth}`
  const name = codeOf(segment)
  const slow = `readSegment(${holder}, ${name})`
  if (typeof segment === 'number' || segment in Object.prototype)
    return `const v${depth + 1} = ${slow}`
  const fast = `${isPlain(holder)} ? ${holder}[${name}] : ${slow}`
  return `const v${depth + 1} = ${fast}`
}

/** Makes c0, a copy of v0 that holds c1, and so on. */
function copyStep(segment: PathSegment, depth: number): string {
  const holder = `v${depth}`
  const name = codeOf(segment)
  const inner = `c${depth + 1}`
  const copy = `let c${depth} = `
  if (typeof segment === 'number') return `${copy}withElement(${holder}, ${name}, ${inner})`
  const slow = `withProperty(${holder}, ${name}, ${inner})`
  return `${copy}${isPlain(holder)} ? { ...${holder}, ${name}: ${inner} } : ${slow}`
}

function isPlain(holder: string): string {
  return `typeof ${holder} === "object" && ${holder} !== null && prototypeOf(${holder}) === objectPrototype`
}

function codeOf(segment: PathSegment): string {
  return typeof segment === 'number' ? String(segment) : quote(segment)
}
