import type { Field, FieldCondition, Fields } from '../descriptor/field.ts'
import { rowId } from '../descriptor/ports.ts'
import type { Expression, Path, Template } from '../message.ts'

/** Compiles the texts of a configuration; the expression package offers the real functions. */
export interface TestCompiler {
  readonly expression?: (source: string) => Expression
  readonly template?: (source: string) => Template
  readonly path?: (source: string) => Path
}

type Values = Readonly<Record<string, unknown>>

/**
 * The configuration as the node gets it: defaults filled in, rows with an `id`, hidden fields
 * not compiled. Texts of expressions, templates and paths need a compiler; functions are taken as they are.
 */
export function completeConfig(fields: Fields, given: Values, compiler: TestCompiler): Values {
  const complete: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name] ?? ('default' in field ? field.default : undefined)
    if (given[name] === undefined && !isVisible(field.when, fields, given)) {
      if (!isCompiled(field)) complete[name] = value
      continue
    }
    complete[name] = valueOf(field, name, value, compiler)
  }
  return complete
}

function isCompiled(field: Field): boolean {
  return field.kind === 'expression' || field.kind === 'template' || field.kind === 'path'
}

function isVisible(when: FieldCondition | undefined, fields: Fields, given: Values): boolean {
  if (when === undefined) return true
  const field = fields[when.field]
  const value =
    given[when.field] ?? (field !== undefined && 'default' in field ? field.default : undefined)
  const holds = isOneOf(value, when) && isVisible(when.and, fields, given)
  return holds || (when.or !== undefined && isVisible(when.or, fields, given))
}

function isOneOf(value: unknown, { is = [], begins = [] }: FieldCondition): boolean {
  const text = typeof value === 'string' ? value.toLowerCase() : undefined
  return is.some((wanted) => wanted === value) || begins.some((start) => text?.startsWith(start))
}

function valueOf(field: Field, name: string, value: unknown, compiler: TestCompiler): unknown {
  if (field.kind === 'list') return rowsOf(field.item, value, compiler)
  if (field.kind === 'boolean' || typeof value !== 'string') return value
  if (field.kind === 'expression') return compiled(compiler.expression, name, value)
  if (field.kind === 'template') return compiled(compiler.template, name, value)
  if (field.kind === 'path') return compiled(compiler.path ?? dottedPath, name, value)
  return value
}

function rowsOf(item: Fields, value: unknown, compiler: TestCompiler): unknown {
  if (!Array.isArray(value)) return []
  return value.map((row: Values, index) => ({
    ...completeConfig(item, row, compiler),
    id: rowId(row, index),
  }))
}

function compiled(
  compile: ((source: string) => unknown) | undefined,
  name: string,
  source: string,
): unknown {
  if (compile === undefined) {
    if (source === '') return undefined
    throw new Error(`Field "${name}" has the text "${source}": give a function or a compiler.`)
  }
  return source === '' ? undefined : compile(source)
}

/** A path of plain names, such as `payload.temperature`, for tests. */
export function dottedPath(source: string): Path {
  const segments = source.split('.')
  return {
    source,
    segments,
    get: (message) => segments.reduce<unknown>((at, name) => childOf(at, name), message),
    // A message with one place changed is still a message.
    set: (message, value) => withPlace(message, segments, value) as typeof message,
    remove: (message) => withPlace(message, segments, undefined) as typeof message,
  }
}

function childOf(at: unknown, name: string): unknown {
  return isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined
}

function withPlace(at: unknown, segments: readonly string[], value: unknown): unknown {
  const [name, ...rest] = segments
  if (name === undefined) return value
  const copy: Record<string, unknown> = isRecord(at) ? { ...at } : {}
  const child = withPlace(copy[name], rest, value)
  if (child === undefined) delete copy[name]
  else copy[name] = child
  return copy
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
