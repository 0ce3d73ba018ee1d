import type { ByteReader } from '../bytes/byte-reader.ts'
import { exact } from '../bytes/byte-reader.ts'
import { readVarint, unzigzag } from '../bytes/varint.ts'
import type { Halves } from '../bytes/varint.ts'
import { within } from '../format-error.ts'
import { putOwn } from '../own-property.ts'
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoType, ScalarName } from './proto-type.ts'
import { fromPlain } from './well-known.ts'
import { readLength, readTag, skip, wire, wireOf } from './wire.ts'

/** Reads a message up to the end of the reader, or of its group. */
export type ReadMessage = (reader: ByteReader, groupId?: number) => unknown

type Read = (reader: ByteReader) => unknown
type Target = Record<string, unknown>
type ReadField = (reader: ByteReader, target: Target, wireType: number) => void

/** Compiles a message type to what reads it; types that contain themselves are compiled once. */
export function compileProtoReader(message: ProtoMessage): ReadMessage {
  return new ProtoReaderCompiler().message(message)
}

interface Known {
  readonly name: string
  readonly read: ReadField
}

class ProtoReaderCompiler {
  private readonly messages = new Map<ProtoMessage, ReadMessage>()
  private readonly halves: Halves = { low: 0, high: 0 }

  message(message: ProtoMessage): ReadMessage {
    const known = this.messages.get(message)
    if (known !== undefined) return known
    const { halves } = this
    const fields = new Map<number, Known>()
    const empty = { make: (): Target => ({}) }
    const filled = message.fields.length
    const read: ReadMessage = (reader, groupId) => {
      const target = empty.make()
      reader.enter()
      // Two bytes may stand for a message with all of its fields.
      reader.spend(filled)
      while (reader.left > 0 || groupId !== undefined) {
        const tag = readTag(reader, halves)
        if ((tag & 7) === wire.groupEnd) {
          if (tag >>> 3 === groupId) break
          throw reader.problem('a group ends that did not begin.')
        }
        const field = fields.get(tag >>> 3)
        if (field === undefined) skip(reader, tag, halves)
        else this.field(reader, field, { target, wireType: tag & 7 })
      }
      reader.leave()
      requireAll(reader, message, target)
      return fromPlain(message, target)
    }
    this.messages.set(message, read)
    for (const field of message.fields) {
      fields.set(field.id, { name: field.name, read: this.readField(field) })
    }
    empty.make = emptyMaker(message)
    return read
  }

  private field(
    reader: ByteReader,
    { name, read }: Known,
    { target, wireType }: { readonly target: Target; readonly wireType: number },
  ): void {
    try {
      read(reader, target, wireType)
    } catch (error) {
      throw within(error, name)
    }
  }

  private readField(field: ProtoField): ReadField {
    if (field.rule === 'map') return this.mapField(field)
    const read = this.value(field)
    const expected = field.isDelimited ? wire.groupStart : wireOf(field.type)
    const { name } = field
    if (field.rule === 'single') {
      return (reader, target, wireType) => {
        if (wireType !== expected) throw wrongWire(reader, wireType)
        putOwn(target, name, read(reader))
      }
    }
    const canPack = expected !== wire.bytes && expected !== wire.groupStart
    return (reader, target, wireType) => {
      // Made with the message.
      const list = target[name] as unknown[]
      if (wireType === expected) list.push(read(reader))
      else if (canPack && wireType === wire.bytes) {
        this.inside(reader, () => {
          while (reader.left > 0) list.push(read(reader))
        })
      } else throw wrongWire(reader, wireType)
    }
  }

  private mapField({ name, key, type, ...field }: ProtoField): ReadField {
    const common = { ...field, rule: 'single', presence: 'implicit', isDelimited: false } as const
    const entry: ProtoMessage = {
      kind: 'message',
      name: '',
      stands: undefined,
      fields: [
        { ...common, name: 'key', key, type: key, id: 1 },
        { ...common, name: 'value', key, type, id: 2 },
      ],
    }
    const read = this.message(entry)
    return (reader, target, wireType) => {
      if (wireType !== wire.bytes) throw wrongWire(reader, wireType)
      // Made by the entry's own reader.
      const found = this.inside(reader, () => read(reader)) as { key: unknown; value?: unknown }
      // Made with the message.
      putOwn(target[name] as Target, String(found.key), found.value ?? null)
    }
  }

  private value({ type, id, isDelimited }: ProtoField): Read {
    if (typeof type === 'string') return this.scalar(type)
    if (type.kind === 'enum') return this.enumeration(type)
    const read = this.message(type)
    if (isDelimited) return (reader) => read(reader, id)
    return (reader) => this.inside(reader, () => read(reader))
  }

  /** Runs with the end of the reader where the length that follows says. */
  private inside<Value>(reader: ByteReader, run: () => Value): Value {
    const length = readLength(reader, this.halves)
    const { end } = reader
    reader.end = reader.at + length
    const value = run()
    reader.end = end
    return value
  }

  private enumeration({ names }: ProtoEnum): Read {
    const { halves } = this
    return (reader) => {
      readVarint(reader, halves)
      const number = halves.low | 0
      return names.get(number) ?? number
    }
  }

  private scalar(type: ScalarName): Read {
    const { halves } = this
    const varint = (take: () => unknown): Read => {
      return (reader) => {
        readVarint(reader, halves)
        return take()
      }
    }
    switch (type) {
      case 'int32':
        return varint(() => halves.low | 0)
      case 'uint32':
        return varint(() => halves.low)
      case 'sint32':
        return varint(() => (halves.low >>> 1) ^ -(halves.low & 1))
      case 'int64':
        return varint(() => exact(halves.high | 0, halves.low))
      case 'uint64':
        return varint(() => exact(halves.high, halves.low))
      case 'sint64':
        return varint(() => unzigzag(halves))
      case 'bool':
        return varint(() => (halves.low | halves.high) !== 0)
      case 'string':
        return (reader) => reader.text(readLength(reader, halves))
      case 'bytes':
        return (reader) => reader.raw(readLength(reader, halves))
      default:
        return fixedReaders[type]
    }
  }
}

const fixedReaders = {
  double: (reader) => reader.part(8).readDoubleLE(),
  float: (reader) => reader.part(4).readFloatLE(),
  fixed32: (reader) => reader.part(4).readUInt32LE(),
  sfixed32: (reader) => reader.part(4).readInt32LE(),
  fixed64: (reader) => {
    const part = reader.part(8)
    return exact(part.readUInt32LE(4), part.readUInt32LE(0))
  },
  sfixed64: (reader) => {
    const part = reader.part(8)
    return exact(part.readInt32LE(4), part.readUInt32LE(0))
  },
} as const satisfies Readonly<Record<string, Read>>

/** Lists, maps and fields that always have a value are there from the start. */
function emptyMaker({ fields }: ProtoMessage): () => Target {
  const defaults = fields.flatMap((field): [string, () => unknown][] => {
    if (field.rule === 'repeated') return [[field.name, () => []]]
    if (field.rule === 'map') return [[field.name, () => ({})]]
    return field.presence === 'implicit' ? [[field.name, defaultOf(field.type)]] : []
  })
  return () => {
    const target: Target = {}
    for (const [name, make] of defaults) putOwn(target, name, make())
    return target
  }
}

function defaultOf(type: ProtoType): () => unknown {
  if (typeof type !== 'string') {
    const first = type.kind === 'enum' ? (type.names.get(0) ?? 0) : undefined
    return () => first
  }
  if (type === 'bytes') return () => new Uint8Array(0)
  const value = type === 'string' ? '' : type === 'bool' ? false : 0
  return () => value
}

function requireAll(reader: ByteReader, { name, fields }: ProtoMessage, target: Target): void {
  const missing = fields.find(
    (field) => field.presence === 'required' && !Object.hasOwn(target, field.name),
  )
  if (missing === undefined) return
  throw reader.problem(`the field "${missing.name}" of ${name} is missing.`)
}

function wrongWire(reader: ByteReader, wireType: number) {
  return reader.problem(`is encoded as wire type ${wireType}, which does not fit its type.`)
}
