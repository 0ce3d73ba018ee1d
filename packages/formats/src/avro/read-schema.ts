import { FormatError, within } from '../format-error.ts'
import { parseJson } from '../json/parse-json.ts'
import { limits } from '../limits.ts'
import { isRecord, ownValue } from '../own-property.ts'
import type { AvroField, AvroType, Logical, PrimitiveKind, RecordType } from './avro-type.ts'
import { branchName } from './avro-type.ts'

/** Reads a schema, and before it those whose names it uses. Throws `FORMAT_SETTINGS`. */
export function readAvroSchema(text: string, references: readonly string[] = []): AvroType {
  const names = new Map<string, AvroType>()
  for (const reference of references) readOne(reference, names)
  return readOne(text, names)
}

function readOne(text: string, names: Map<string, AvroType>): AvroType {
  if (text.length > limits.schemaLength) {
    throw wrong(`The Avro schema has more than ${limits.schemaLength} characters.`)
  }
  let json: unknown
  try {
    json = parseJson(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw wrong(`The Avro schema is not JSON. ${why}`)
  }
  return new SchemaReader(names).type(json, '')
}

class SchemaReader {
  private readonly names: Map<string, AvroType>

  constructor(names: Map<string, AvroType>) {
    this.names = names
  }

  type(json: unknown, namespace: string): AvroType {
    if (typeof json === 'string') return this.named(json, namespace)
    if (Array.isArray(json)) return this.union(json, namespace)
    if (!isRecord(json)) throw wrong('A type is neither a name nor an object nor a list.')
    const type = ownValue(json, 'type')
    switch (type) {
      case 'record':
      case 'error':
        return this.record(json, namespace)
      case 'enum':
        return this.enumeration(json, namespace)
      case 'fixed':
        return this.fixed(json, namespace)
      case 'array':
        return { kind: 'array', items: this.type(ownValue(json, 'items'), namespace) }
      case 'map':
        return { kind: 'map', values: this.type(ownValue(json, 'values'), namespace) }
      default: {
        const found = this.type(type, namespace)
        const logical = logicalOf(json, found)
        return logical === undefined || !isPrimitive(found) ? found : { ...found, logical }
      }
    }
  }

  private named(name: string, namespace: string): AvroType {
    if (isPrimitiveKind(name)) return { kind: name }
    const found = this.names.get(fullName(name, namespace)) ?? this.names.get(name)
    if (found !== undefined) return found
    throw wrong(`The type "${name.slice(0, 100)}" is not known.`)
  }

  private union(json: readonly unknown[], namespace: string): AvroType {
    const branches = json.map((branch) => this.type(branch, namespace))
    if (branches.some(({ kind }) => kind === 'union')) {
      throw wrong('A union stands directly in a union.')
    }
    const names = branches.map(branchName)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw wrong(`The type "${twice}" is twice in a union.`)
    if (branches.length === 0) throw wrong('A union is empty.')
    return { kind: 'union', branches }
  }

  private record(json: Record<string, unknown>, namespace: string): RecordType {
    const name = this.newName(json, namespace)
    const record: RecordType = {
      kind: 'record',
      name,
      aliases: formerNames(json, name),
      fields: [],
    }
    this.names.set(name, record)
    const inner = namespaceOf(name)
    const fields = ownValue(json, 'fields')
    if (!Array.isArray(fields)) throw wrong(`The record "${name}" has no list of fields.`)
    if (fields.length > limits.columns) throw wrong(`The record "${name}" has too many fields.`)
    record.fields = fields.map((field: unknown) => this.field(field, inner))
    const own = record.fields.map((field) => field.name)
    const twice = own.find((one, index) => own.indexOf(one) !== index)
    if (twice === undefined) return record
    throw wrong(`The record "${name}" has two fields named "${twice}".`)
  }

  private field(json: unknown, namespace: string): AvroField {
    if (!isRecord(json)) throw wrong('A field is no object.')
    const name = ownValue(json, 'name')
    if (typeof name !== 'string' || !identifier.test(name)) {
      throw wrong(`A field has the name ${JSON.stringify(name)}, which is no name.`)
    }
    try {
      const type = this.type(ownValue(json, 'type'), namespace)
      const aliases = aliasesOf(json)
      return { name, aliases, type, defaultJson: ownValue(json, 'default') }
    } catch (error) {
      throw within(error, name)
    }
  }

  private enumeration(json: Record<string, unknown>, namespace: string): AvroType {
    const name = this.newName(json, namespace)
    const symbols = ownValue(json, 'symbols')
    if (!Array.isArray(symbols) || !symbols.every(isIdentifier)) {
      throw wrong(`The enum "${name}" has no list of names as its symbols.`)
    }
    const given = ownValue(json, 'default')
    const otherwise = symbols.find((symbol) => symbol === given)
    const type: AvroType = {
      kind: 'enum',
      name,
      aliases: formerNames(json, name),
      symbols,
      otherwise,
    }
    this.names.set(name, type)
    return type
  }

  private fixed(json: Record<string, unknown>, namespace: string): AvroType {
    const name = this.newName(json, namespace)
    const size = ownValue(json, 'size')
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
      throw wrong(`The type "${name}" has no size.`)
    }
    const plain: AvroType = { kind: 'fixed', name, aliases: formerNames(json, name), size }
    const type: AvroType = { ...plain, logical: logicalOf(json, plain) }
    this.names.set(name, type)
    return type
  }

  private newName(json: Record<string, unknown>, namespace: string): string {
    const [name, own] = [ownValue(json, 'name'), ownValue(json, 'namespace')]
    if (typeof name !== 'string' || !name.split('.').every(isIdentifier)) {
      throw wrong(`A type has the name ${JSON.stringify(name)}, which is no name.`)
    }
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    if (!this.names.has(full)) return full
    throw wrong(`The type "${full}" is defined twice.`)
  }
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

function isIdentifier(name: unknown): name is string {
  return typeof name === 'string' && identifier.test(name)
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

/** Aliases of a type, which are meant relative to its namespace. */
function formerNames(json: Record<string, unknown>, name: string): readonly string[] {
  return aliasesOf(json).map((alias) => fullName(alias, namespaceOf(name)))
}

function aliasesOf(json: Record<string, unknown>): readonly string[] {
  const aliases = ownValue(json, 'aliases')
  return Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === 'string') : []
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

const primitives: ReadonlySet<string> = new Set<PrimitiveKind>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

function isPrimitiveKind(name: string): name is PrimitiveKind {
  return primitives.has(name)
}

function isPrimitive(type: AvroType): type is Extract<AvroType, { kind: PrimitiveKind }> {
  return isPrimitiveKind(type.kind)
}

/** A logical type that does not fit its type means nothing, as the specification wants it. */
function logicalOf(json: Record<string, unknown>, { kind }: AvroType): Logical | undefined {
  const name = ownValue(json, 'logicalType')
  if (typeof name !== 'string') return undefined
  if (kind === 'long') {
    const perMs = timeUnits.get(name)
    return perMs === undefined ? undefined : { kind: 'time', perMs }
  }
  if (kind === 'int' && name === 'date') return { kind: 'date' }
  if ((kind === 'bytes' || kind === 'fixed') && name === 'decimal') {
    const scale = ownValue(json, 'scale') ?? 0
    const isScale = typeof scale === 'number' && Number.isInteger(scale) && scale >= 0
    return isScale && scale <= 1000 ? { kind: 'decimal', scale } : undefined
  }
  return undefined
}

const timeUnits: ReadonlyMap<string, 1 | 1000 | 1_000_000> = new Map([
  ['timestamp-millis', 1],
  ['timestamp-micros', 1000],
  ['timestamp-nanos', 1_000_000],
  ['local-timestamp-millis', 1],
  ['local-timestamp-micros', 1000],
  ['local-timestamp-nanos', 1_000_000],
])

function wrong(sentence: string): FormatError {
  return new FormatError('FORMAT_SETTINGS', sentence)
}
