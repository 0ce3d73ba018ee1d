import type { ByteWriter } from '../bytes/byte-writer.ts'
import { wrongValue } from '../bytes/wrong-value.ts'
import { FormatError, within } from '../format-error.ts'
import { limits } from '../limits.ts'
import { isRecord, ownValue } from '../own-property.ts'
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoType } from './proto-type.ts'
import { writeScalar } from './write-scalar.ts'
import { toPlain } from './well-known.ts'
import { wire, wireOf } from './wire.ts'

/** Writes the fields of a message, without its length. */
export type WriteMessage = (writer: ByteWriter, value: unknown, depth: number) => void

type Write = (writer: ByteWriter, value: unknown, depth: number) => void

/** Compiles a message type to what writes it; types that contain themselves are compiled once. */
export function compileProtoWriter(message: ProtoMessage): WriteMessage {
  return new ProtoWriterCompiler().message(message)
}

class ProtoWriterCompiler {
  private readonly messages = new Map<ProtoMessage, WriteMessage>()

  message(message: ProtoMessage): WriteMessage {
    const known = this.messages.get(message)
    if (known !== undefined) return known
    let fields: readonly { readonly field: ProtoField; readonly write: Write }[] = []
    const writeMessage: WriteMessage = (writer, given, depth) => {
      const value = toPlain(message, given)
      if (!isRecord(value)) throw wrongValue(value, `${message.name}, a message`)
      if (depth > limits.depth) throw tooDeep()
      for (const { field, write } of fields) {
        const own = ownValue(value, field.name)
        if (own === undefined || own === null) refuseMissing(field)
        else {
          try {
            write(writer, own, depth)
          } catch (error) {
            throw within(error, field.name)
          }
        }
      }
    }
    this.messages.set(message, writeMessage)
    fields = message.fields.map((field) => ({ field, write: this.field(field) }))
    return writeMessage
  }

  private field(field: ProtoField): Write {
    if (field.rule === 'map') return this.map(field)
    const write = this.value(field)
    if (field.rule === 'repeated') return this.repeated(field, write)
    const tag = tagOf(field)
    const isImplicit = field.presence === 'implicit'
    return (writer, value, depth) => {
      if (isImplicit && isDefault(field.type, value)) return
      writer.varint(tag)
      write(writer, value, depth)
    }
  }

  private repeated(field: ProtoField, write: Write): Write {
    const isPacked = field.isPacked && wireOf(field.type) !== wire.bytes && !field.isDelimited
    const tag = isPacked ? field.id * 8 + wire.bytes : tagOf(field)
    return (writer, value, depth) => {
      if (!Array.isArray(value)) throw wrongValue(value, 'a list')
      const writeAll = (): void => {
        for (const [index, item] of value.entries()) {
          try {
            if (!isPacked) writer.varint(tag)
            write(writer, item, depth)
          } catch (error) {
            throw within(error, index)
          }
        }
      }
      if (!isPacked) return writeAll()
      if (value.length === 0) return
      writer.varint(tag)
      writer.delimited(writeAll)
    }
  }

  private map({ id, key, type, ...field }: ProtoField): Write {
    const write = this.value({ ...field, key, type, id: 2, isDelimited: false })
    const keyTag = 8 + wireOf(key)
    const valueTag = 16 + wireOf(type)
    return (writer, value, depth) => {
      if (!isRecord(value)) throw wrongValue(value, 'an object')
      for (const [name, item] of Object.entries(value)) {
        if (item === undefined) continue
        try {
          writer.varint(id * 8 + wire.bytes)
          writer.delimited(() => {
            writer.varint(keyTag)
            writeScalar(writer, key, keyValue(key, name))
            writer.varint(valueTag)
            write(writer, item, depth)
          })
        } catch (error) {
          throw within(error, name)
        }
      }
    }
  }

  private value({ type, id, isDelimited }: ProtoField): Write {
    if (typeof type === 'string') return (writer, value) => writeScalar(writer, type, value)
    if (type.kind === 'enum') return (writer, value) => writeEnum(writer, type, value)
    const write = this.message(type)
    if (isDelimited) {
      return (writer, value, depth) => {
        write(writer, value, depth + 1)
        writer.varint(id * 8 + wire.groupEnd)
      }
    }
    return (writer, value, depth) => writer.delimited(() => write(writer, value, depth + 1))
  }
}

function tagOf({ id, type, isDelimited }: ProtoField): number {
  return id * 8 + (isDelimited ? wire.groupStart : wireOf(type))
}

/** Names of properties are text; the keys of a map may be numbers or booleans. */
function keyValue(key: ProtoField['key'], name: string): unknown {
  if (key === 'string') return name
  if (key === 'bool') return name === 'true' ? true : name === 'false' ? false : name
  return /^-?\d{1,20}$/.test(name) ? BigInt(name) : name
}

function writeEnum(writer: ByteWriter, { numbers }: ProtoEnum, value: unknown): void {
  const number = typeof value === 'string' ? numbers.get(value) : value
  if (typeof number !== 'number' || (number | 0) !== number) {
    throw wrongValue(value, `one of ${[...numbers.keys()].slice(0, 20).join(', ')}`)
  }
  // Negative ones take ten bytes, as those of int32.
  writer.varint(number < 0 ? BigInt.asUintN(64, BigInt(number)) : number)
}

function isDefault(type: ProtoType, value: unknown): boolean {
  if (typeof type === 'object') {
    return type.kind === 'enum' && (value === 0 || value === type.names.get(0))
  }
  if (type === 'bytes') return value instanceof Uint8Array && value.length === 0
  if (type === 'double' || type === 'float') return Object.is(value, 0)
  return value === 0 || value === 0n || value === false || (type === 'string' && value === '')
}

function refuseMissing({ name, presence }: ProtoField): void {
  if (presence !== 'required') return
  throw new FormatError('FORMAT_ENCODE', 'is missing.', { field: name })
}

function tooDeep(): FormatError {
  return new FormatError('FORMAT_LIMIT', `is nested more than ${limits.depth} levels deep.`)
}
