import { configValue, isConfigShown } from '@millrace/flow'
import type { Field, Fields } from '@millrace/sdk/descriptor'
import { rowId } from '@millrace/sdk/descriptor'
import { EngineError } from '../error.ts'
import type { Compilers } from './compilers.ts'

type Values = Readonly<Record<string, unknown>>

/** A place in a configuration where the handle of a connection goes once it is open. */
export interface ConnectionHole {
  readonly into: Record<string, unknown>
  readonly name: string
  readonly connection: string
  readonly type: string
  readonly field: string
}

/** A configuration as its node will get it, but for the handles of connections. */
export interface ResolvedConfig {
  readonly values: Values
  readonly holes: readonly ConnectionHole[]
}

export interface ResolveParts {
  readonly compilers: Compilers
  readonly secrets: Readonly<Record<string, string>>
  /** Whose configuration it is, for errors. */
  readonly node?: string
  readonly connection?: string
}

/**
 * Fills in defaults and secrets, gives rows their `id` and compiles expressions, templates and
 * paths. Hidden fields keep their plain value, and are neither compiled nor asked for.
 */
export function resolveConfig(fields: Fields, given: Values, parts: ResolveParts): ResolvedConfig {
  const holes: ConnectionHole[] = []
  const values = new Resolver(parts, holes).fieldsOf(fields, given, '')
  return { values, holes }
}

class Resolver {
  private readonly parts: ResolveParts
  private readonly holes: ConnectionHole[]

  constructor(parts: ResolveParts, holes: ConnectionHole[]) {
    this.parts = parts
    this.holes = holes
  }

  fieldsOf(fields: Fields, given: Values, at: string): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const name of Object.keys(fields)) {
      const field = fields[name]
      if (field === undefined) continue
      const isShown = field.when === undefined || isConfigShown(fields, given, name)
      const value = configValue(fields, given, name)
      values[name] = isShown ? this.shown(field, value, at + name) : hidden(field, value)
      if (isShown && field.kind === 'connection') this.leaveHole(field.type, values, name, at)
    }
    return values
  }

  private shown(field: Field, value: unknown, place: string): unknown {
    switch (field.kind) {
      case 'expression':
      case 'template':
      case 'path':
        return this.compiled(field, value, place)
      case 'list':
        return this.rows(field.item, value, place)
      case 'secret':
        return this.required(field, this.parts.secrets[place], place)
      case 'boolean':
      case 'choice':
        return value
      default:
        return this.required(field, value, place)
    }
  }

  private compiled(
    field: Extract<Field, { kind: 'expression' | 'template' | 'path' }>,
    value: unknown,
    place: string,
  ): unknown {
    const source = this.required(field, value, place)
    if (source === undefined || source === '') return undefined
    if (typeof source !== 'string') throw this.wrong(place, 'has to be text')
    const where = this.place(place)
    if (field.kind === 'path') return this.parts.compilers.path(source, where)
    if (field.kind === 'template') return this.parts.compilers.template(source, where)
    return this.parts.compilers.expression(source, field.returns, where)
  }

  private rows(item: Fields, value: unknown, place: string): unknown {
    if (value === undefined) return []
    if (!Array.isArray(value)) throw this.wrong(place, 'has to be a list')
    return value.map((row: unknown, index) => {
      if (typeof row !== 'object' || row === null)
        throw this.wrong(place, 'has a row without fields')
      // A row is a record of its fields; what is in them is looked at one by one.
      const given = row as Values
      const values = this.fieldsOf(item, given, `${place}[${index}].`)
      values['id'] = rowId(given, index)
      return values
    })
  }

  private required(field: { readonly required?: boolean }, value: unknown, place: string): unknown {
    const isEmpty = value === undefined || value === ''
    if (!isEmpty || field.required !== true) return value
    throw new EngineError('CONFIG_MISSING', `Field "${place}" is empty.`, this.place(place))
  }

  private leaveHole(type: string, into: Record<string, unknown>, name: string, at: string): void {
    const connection = into[name]
    if (connection === undefined) return
    const field = at + name
    if (typeof connection !== 'string') throw this.wrong(field, 'has to be the id of a connection')
    this.holes.push({ into, name, connection, type, field })
  }

  private wrong(field: string, text: string): EngineError {
    return new EngineError('CONFIG_WRONG', `Field "${field}" ${text}.`, this.place(field))
  }

  private place(field: string) {
    return { field, node: this.parts.node, connection: this.parts.connection }
  }
}

/** What a node may still read of a field that the form does not show. */
function hidden(field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'expression':
    case 'template':
    case 'path':
    case 'connection':
    case 'secret':
      return undefined
    case 'list':
      return []
    default:
      return value
  }
}
