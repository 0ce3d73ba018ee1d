import type { ByteReader } from '../bytes/byte-reader.ts'
import { readVarint, unzigzag } from '../bytes/varint.ts'
import type { Halves } from '../bytes/varint.ts'
import { within } from '../format-error.ts'
import { putOwn } from '../own-property.ts'
import type { AvroType, FixedType, PrimitiveType, RecordType } from './avro-type.ts'
import { decimalOf, fromNumber } from './logical-value.ts'

export type Read = (reader: ByteReader) => unknown

/** Compiles a schema to what reads its values; types that contain themselves are compiled once. */
export function compileReader(type: AvroType): Read {
  return new ReaderCompiler().compile(type)
}

/** What reads a list or a map of what `item` reads. */
export function compileBlocks(kind: 'array' | 'map', item: Read): Read {
  const compiler = new ReaderCompiler()
  return kind === 'array' ? compiler.array(item) : compiler.map(item)
}

class ReaderCompiler {
  private readonly records = new Map<RecordType, Read>()
  private readonly halves: Halves = { low: 0, high: 0 }

  compile(type: AvroType): Read {
    switch (type.kind) {
      case 'record':
        return this.records.get(type) ?? this.record(type)
      case 'union':
        return this.union(type.branches)
      case 'array':
        return this.array(this.compile(type.items))
      case 'map':
        return this.map(this.compile(type.values))
      case 'enum':
        return this.enumeration(type.symbols)
      case 'fixed':
        return fixed(type)
      default:
        return this.primitive(type)
    }
  }

  private record(type: RecordType): Read {
    let fields: readonly { readonly name: string; readonly read: Read }[] = []
    const read: Read = (reader) => {
      const record: Record<string, unknown> = {}
      let at = ''
      reader.enter()
      reader.spend(fields.length)
      try {
        for (const field of fields) {
          at = field.name
          putOwn(record, at, field.read(reader))
        }
      } catch (error) {
        throw within(error, at)
      }
      reader.leave()
      return record
    }
    this.records.set(type, read)
    fields = type.fields.map((field) => ({ name: field.name, read: this.compile(field.type) }))
    return read
  }

  private union(branches: readonly AvroType[]): Read {
    const reads = branches.map((branch) => this.compile(branch))
    return (reader) => {
      const { at } = reader
      const index = Number(this.long(reader))
      const read = reads[index]
      if (read !== undefined) return read(reader)
      reader.at = at
      throw reader.problem(`a union of ${reads.length} types has no type ${index}.`)
    }
  }

  array(read: Read): Read {
    return (reader) => {
      const list: unknown[] = []
      reader.enter()
      this.blocks(reader, (index) => {
        try {
          list.push(read(reader))
        } catch (error) {
          throw within(error, index)
        }
      })
      reader.leave()
      return list
    }
  }

  map(read: Read): Read {
    return (reader) => {
      const map: Record<string, unknown> = {}
      reader.enter()
      this.blocks(reader, () => {
        const name = reader.text(this.length(reader))
        try {
          putOwn(map, name, read(reader))
        } catch (error) {
          throw within(error, name)
        }
      })
      reader.leave()
      return map
    }
  }

  /** Items come in blocks. An item may take no bytes at all, so only their number is a bound. */
  private blocks(reader: ByteReader, item: (index: number) => void): void {
    let index = 0
    for (;;) {
      let count = Number(this.long(reader))
      if (count === 0) return
      if (count < 0) {
        count = -count
        // The length of the block in bytes, for those who skip it.
        this.long(reader)
      }
      reader.spend(count)
      for (const end = index + count; index < end; index += 1) item(index)
    }
  }

  private enumeration(symbols: readonly string[]): Read {
    return (reader) => {
      const { at } = reader
      const index = Number(this.long(reader))
      const symbol = symbols[index]
      if (symbol !== undefined) return symbol
      reader.at = at
      throw reader.problem(`an enum of ${symbols.length} symbols has no symbol ${index}.`)
    }
  }

  private primitive({ kind, logical }: PrimitiveType): Read {
    switch (kind) {
      case 'null':
        return () => null
      case 'boolean':
        return boolean
      case 'int':
      case 'long':
        if (logical === undefined) return (reader) => this.long(reader)
        return (reader) => fromNumber(this.long(reader), logical)
      case 'float':
        return (reader) => reader.part(4).readFloatLE()
      case 'double':
        return (reader) => reader.part(8).readDoubleLE()
      case 'string':
        return (reader) => reader.text(this.length(reader))
      case 'bytes':
        if (logical?.kind !== 'decimal') return (reader) => reader.raw(this.length(reader))
        return (reader) => decimalOf(decimalPart(reader, this.length(reader)), logical.scale)
    }
  }

  private long(reader: ByteReader): number | bigint {
    readVarint(reader, this.halves)
    return unzigzag(this.halves)
  }

  private length(reader: ByteReader): number {
    const length = this.long(reader)
    if (length >= 0) return reader.count(length)
    throw reader.problem(`a length of ${length}.`)
  }
}

function fixed({ size, logical }: FixedType): Read {
  if (logical?.kind !== 'decimal') return (reader) => reader.raw(size)
  return (reader) => decimalOf(decimalPart(reader, size), logical.scale)
}

const decimalBytesMax = 1024

function decimalPart(reader: ByteReader, size: number): Uint8Array {
  if (size <= decimalBytesMax) return reader.part(size)
  throw reader.problem(`a decimal number of ${size} bytes.`, 'FORMAT_LIMIT')
}

function boolean(reader: ByteReader): boolean {
  const byte = reader.uint8()
  if (byte < 2) return byte === 1
  reader.at -= 1
  throw reader.problem(`${byte} is no boolean.`)
}
