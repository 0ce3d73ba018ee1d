import type { ByteWriter } from '../bytes/byte-writer.ts'
import { wrongValue } from '../bytes/wrong-value.ts'
import { FormatError, within } from '../format-error.ts'
import { limits } from '../limits.ts'
import { isRecord, ownValue } from '../own-property.ts'
import type { AvroField, AvroType, FixedType, PrimitiveType, RecordType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { defaultValue } from './default-value.ts'
import { fits } from './fits.ts'
import { decimalBytes, toNumber } from './logical-value.ts'
import { isWhole } from './whole.ts'

export type Write = (writer: ByteWriter, value: unknown, depth: number) => void

/** Compiles a schema to what writes values of it; types that contain themselves are compiled once. */
export function compileWriter(type: AvroType): Write {
  return new WriterCompiler().compile(type)
}

class WriterCompiler {
  private readonly records = new Map<RecordType, Write>()

  compile(type: AvroType): Write {
    switch (type.kind) {
      case 'record':
        return this.records.get(type) ?? this.record(type)
      case 'union':
        return this.union(type.branches)
      case 'array':
        return list(this.compile(type.items))
      case 'map':
        return map(this.compile(type.values))
      case 'enum':
        return enumeration(type.symbols)
      case 'fixed':
        return fixed(type)
      default:
        return primitive(type)
    }
  }

  private record(type: RecordType): Write {
    let fields: readonly { readonly field: AvroField; readonly write: Write }[] = []
    const writeRecord: Write = (writer, value, depth) => {
      if (!isRecord(value)) throw wrongValue(value, `${type.name}, a record`)
      if (depth > limits.depth) throw tooDeep()
      for (const { field, write } of fields) {
        try {
          const own = ownValue(value, field.name)
          write(writer, own === undefined ? defaultValue(field) : own, depth + 1)
        } catch (error) {
          throw within(error, field.name)
        }
      }
    }
    this.records.set(type, writeRecord)
    fields = type.fields.map((field) => ({ field, write: this.compile(field.type) }))
    return writeRecord
  }

  private union(branches: readonly AvroType[]): Write {
    const writes = branches.map((branch) => this.compile(branch))
    const names = branches.map(branchName)
    const text = names.join(', ')
    return (writer, given, depth) => {
      const value = given ?? null
      const index = branchFor(branches, value)
      if (index >= 0) {
        writer.zigzag(index)
        writes[index]?.(writer, value, depth)
        return
      }
      // Named as in the JSON of Avro, for what fits several.
      const named = namedBranch(value, names)
      if (named === undefined) throw wrongValue(value, `one of ${text}`)
      writer.zigzag(named.index)
      writes[named.index]?.(writer, named.value, depth)
    }
  }
}

/** A time as text is taken only where nothing else fits. */
function branchFor(branches: readonly AvroType[], value: unknown): number {
  const index = branches.findIndex((branch) => fits(branch, value, 0))
  if (index >= 0 || typeof value !== 'string') return index
  return branches.findIndex(
    (branch) => branch.kind === 'long' && isWhole(toNumber(value, branch.logical), 'long'),
  )
}

function namedBranch(
  value: unknown,
  names: readonly string[],
): { readonly index: number; readonly value: unknown } | undefined {
  if (!isRecord(value)) return undefined
  const [[name, inner] = [], ...more] = Object.entries(value)
  const index = name === undefined || more.length > 0 ? -1 : names.indexOf(name)
  return index < 0 ? undefined : { index, value: inner }
}

function list(write: Write): Write {
  return (writer, value, depth) => {
    if (!Array.isArray(value)) throw wrongValue(value, 'a list')
    if (depth > limits.depth) throw tooDeep()
    if (value.length > 0) writer.zigzag(value.length)
    for (const [index, item] of value.entries()) {
      try {
        write(writer, item, depth + 1)
      } catch (error) {
        throw within(error, index)
      }
    }
    writer.zigzag(0)
  }
}

function map(write: Write): Write {
  return (writer, value, depth) => {
    if (!isRecord(value)) throw wrongValue(value, 'an object')
    if (depth > limits.depth) throw tooDeep()
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    if (entries.length > 0) writer.zigzag(entries.length)
    for (const [name, item] of entries) {
      writeText(writer, name)
      try {
        write(writer, item, depth + 1)
      } catch (error) {
        throw within(error, name)
      }
    }
    writer.zigzag(0)
  }
}

function enumeration(symbols: readonly string[]): Write {
  return (writer, value) => {
    const index = typeof value === 'string' ? symbols.indexOf(value) : -1
    if (index < 0) throw wrongValue(value, `one of ${symbols.slice(0, 20).join(', ')}`)
    writer.zigzag(index)
  }
}

function fixed({ size, logical }: FixedType): Write {
  return (writer, value) => {
    const scale = logical?.kind === 'decimal' ? logical.scale : undefined
    const bytes = scale === undefined ? value : decimalBytes(value, scale, size)
    const isGood = bytes instanceof Uint8Array && bytes.length === size
    if (!isGood) throw wrongValue(value, scale === undefined ? `${size} bytes` : decimalText(scale))
    writer.raw(bytes)
  }
}

function primitive({ kind, logical }: PrimitiveType): Write {
  switch (kind) {
    case 'null':
      return (_writer, value) => {
        if (value !== null && value !== undefined) throw wrongValue(value, 'null')
      }
    case 'boolean':
      return (writer, value) => {
        if (typeof value !== 'boolean') throw wrongValue(value, 'a boolean')
        writer.uint8(value ? 1 : 0)
      }
    case 'int':
    case 'long':
      return (writer, value) => {
        const number = toNumber(value, logical)
        if (!isWhole(number, kind)) throw wrongValue(value, kind === 'int' ? 'an int' : 'a long')
        writer.zigzag(number)
      }
    case 'float':
    case 'double':
      return (writer, value) => writeFloat(writer, value, kind)
    case 'string':
      return (writer, value) => {
        if (typeof value !== 'string') throw wrongValue(value, 'a text')
        writeText(writer, value)
      }
    case 'bytes':
      return (writer, value) => {
        const scale = logical?.kind === 'decimal' ? logical.scale : undefined
        const bytes = scale === undefined ? value : decimalBytes(value, scale)
        if (!(bytes instanceof Uint8Array)) {
          throw wrongValue(value, scale === undefined ? 'bytes' : decimalText(scale))
        }
        writer.zigzag(bytes.length)
        writer.raw(bytes)
      }
  }
}

function writeFloat(writer: ByteWriter, value: unknown, kind: 'float' | 'double'): void {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') throw wrongValue(value, 'a number')
  const bytes = Buffer.allocUnsafe(kind === 'float' ? 4 : 8)
  if (kind === 'float') bytes.writeFloatLE(number)
  else bytes.writeDoubleLE(number)
  writer.raw(bytes)
}

function writeText(writer: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text)
  writer.zigzag(length)
  writer.text(text, length)
}

function decimalText(scale: number): string {
  return `a number with up to ${scale} digits behind the point`
}

function tooDeep(): FormatError {
  return new FormatError('FORMAT_LIMIT', `is nested more than ${limits.depth} levels deep.`)
}
