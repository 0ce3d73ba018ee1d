import type { Enum, Field, NamespaceBase, ReflectionObject, Root, Type } from 'protobufjs'
import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { loadProtobuf } from '../load-library.ts'
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoType, ScalarName } from './proto-type.ts'

/** The message types of a schema, by name and in the order in which they stand there. */
export interface ProtoSchema {
  /** Top-level messages of the schema itself. */
  readonly messages: readonly ProtoMessage[]
  /** By full name, or by any end of it that is clear. `undefined` where there is none. */
  find(name: string): ProtoMessage | undefined
  /** By the numbers that Confluent's frames carry: the second message within the first is 0, 1. */
  at(indexes: readonly number[]): ProtoMessage | undefined
}

/**
 * Reads the text of a `.proto` file; `imports` are texts of other ones by the names under which they
 * are imported. The library only parses: it would generate code to read and write.
 */
export function readProto(
  text: string,
  imports: Readonly<Record<string, string>> = {},
): ProtoSchema {
  const { Root } = loadProtobuf()
  const root = new Root()
  try {
    const own = parseInto(root, text, imports)
    root.resolveAll()
    return schemaOf(root, own)
  } catch (error) {
    if (error instanceof FormatError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw wrong(`The Protobuf schema is wrong: ${why.slice(0, 300)}.`)
  }
}

/** Gives the namespace in which the types of the text are. */
function parseInto(
  root: Root,
  text: string,
  imports: Readonly<Record<string, string>>,
): NamespaceBase {
  const { parse, common } = loadProtobuf()
  const done = new Set<string>()
  const parseOne = (source: string): string => {
    if (source.length > limits.schemaLength) {
      throw wrong(`The Protobuf schema has more than ${limits.schemaLength} characters.`)
    }
    const parsed = parse(source, root, { keepCase: true })
    for (const name of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
      if (done.has(name)) continue
      done.add(name)
      const known = common.get(name)
      if (Object.hasOwn(imports, name)) parseOne(imports[name] ?? '')
      else if (known !== null && known !== undefined) root.addJSON(known.nested ?? {})
      else throw wrong(`The Protobuf schema imports "${name}", which is not given.`)
    }
    return parsed.package ?? ''
  }
  const own = parseOne(text)
  return own === '' ? root : (root.lookup(own) as NamespaceBase)
}

function schemaOf(root: Root, own: NamespaceBase): ProtoSchema {
  const model = new Model()
  const { Type: TypeClass } = loadProtobuf()
  const isType = (one: ReflectionObject): one is Type => one instanceof TypeClass
  const top = own.nestedArray.filter(isType)
  return {
    messages: top.map((type) => model.message(type)),
    find: (name) => {
      try {
        return model.message(root.lookupType(name))
      } catch {
        return undefined
      }
    },
    at: ([first = 0, ...rest]) => {
      let type = top[first]
      for (const index of rest) type = type?.nestedArray.filter(isType)[index]
      return type === undefined ? undefined : model.message(type)
    },
  }
}

class Model {
  private readonly messages = new Map<Type, ProtoMessage>()

  message(type: Type): ProtoMessage {
    const known = this.messages.get(type)
    if (known !== undefined) return known
    const name = type.fullName.slice(1)
    const message: ProtoMessage = { kind: 'message', name, fields: [], stands: standsFor(name) }
    this.messages.set(type, message)
    message.fields = type.fieldsArray.map((field) => this.field(field))
    return message
  }

  private field(field: Field): ProtoField {
    const { MapField } = loadProtobuf()
    const { name, id, repeated, packed, delimited } = field
    const isMap = field instanceof MapField
    return {
      name,
      id,
      type: this.type(field),
      rule: isMap ? 'map' : repeated ? 'repeated' : 'single',
      // Keys of maps are scalars, as the parser saw.
      key: (isMap ? field.keyType : 'string') as ScalarName,
      isPacked: packed,
      isDelimited: delimited,
      presence: field.required ? 'required' : field.hasPresence ? 'explicit' : 'implicit',
    }
  }

  private type({ type, resolvedType }: Field): ProtoType {
    const { Type: TypeClass, Enum: EnumClass } = loadProtobuf()
    if (resolvedType instanceof TypeClass) return this.message(resolvedType)
    if (resolvedType instanceof EnumClass) return enumOf(resolvedType)
    // What is neither is one of the scalars.
    return type as ScalarName
  }
}

function enumOf({ fullName, values }: Enum): ProtoEnum {
  const numbers = new Map(Object.entries(values))
  const names = new Map<number, string>()
  // With aliases the first name counts.
  for (const [name, number] of numbers) if (!names.has(number)) names.set(number, name)
  return { kind: 'enum', name: fullName.slice(1), numbers, names }
}

function standsFor(name: string): ProtoMessage['stands'] {
  if (name === 'google.protobuf.Timestamp') return 'timestamp'
  if (name === 'google.protobuf.Duration') return 'duration'
  return /^google\.protobuf\.\w+Value$/.test(name) && !name.endsWith('.ListValue')
    ? 'wrapper'
    : undefined
}

function wrong(sentence: string): FormatError {
  return new FormatError('FORMAT_SETTINGS', sentence)
}
