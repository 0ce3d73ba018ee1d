import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { openAvro, openAvroReader } from './open-avro.ts'

const text = (schema: unknown) => JSON.stringify(schema)

/** Writes by the one schema and reads by both. */
function resolved(written: unknown, wanted: unknown, value: unknown): unknown {
  const bytes = openAvro(text(written)).encode(value)
  return openAvroReader({ schema: text(written) }, { schema: text(wanted) })(bytes)
}

const record = (...fields: unknown[]) => ({ type: 'record', name: 'plant.Reading', fields })
const device = { name: 'device', type: 'string' }

test('gives a field that is new its default, each time anew', () => {
  const tags = { name: 'tags', type: { type: 'array', items: 'string' }, default: ['a'] }
  const unit = { name: 'unit', type: ['null', 'string'], default: null }
  const [written, wanted] = [record(device), record(unit, tags, device)]
  expect(resolved(written, wanted, { device: 'x' })).toEqual({
    device: 'x',
    unit: null,
    tags: ['a'],
  })
  const read = openAvroReader({ schema: text(written) }, { schema: text(wanted) })
  const bytes = openAvro(text(written)).encode({ device: 'x' })
  const first = read(bytes) as { tags: string[] }
  first.tags.push('changed')
  expect(read(bytes)).toMatchObject({ tags: ['a'] })
})

test.each([
  ['bytes', 'ÿ', Uint8Array.of(255)],
  [{ type: 'fixed', name: 'F', size: 1 }, '\u0001', Uint8Array.of(1)],
  [{ type: 'long', logicalType: 'timestamp-micros' }, 2000, 2],
  [{ type: 'int', logicalType: 'date' }, 2, '1970-01-03'],
  [{ type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, '\u0064', 1],
  [{ type: 'map', values: 'double' }, { a: 1.5 }, { a: 1.5 }],
  [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'B', 'B'],
  [['null', 'int'], 5, 5],
  ['boolean', true, true],
  [
    { type: 'record', name: 'Inner', fields: [{ name: 'n', type: 'int', default: 3 }] },
    {},
    { n: 3 },
  ],
  [
    {
      type: 'record',
      name: 'Inner',
      fields: [{ name: 'n', type: ['int', 'null'], default: 3 }],
    },
    { n: null },
    { n: null },
  ],
])('reads a default of %j from %j', (type, json, value) => {
  const wanted = record(device, { name: 'more', type, default: json })
  expect(resolved(record(device), wanted, { device: 'x' })).toEqual({ device: 'x', more: value })
})

test('leaves out a field that is gone, with all that is in it', () => {
  const inner = { type: 'array', items: { type: 'map', values: ['null', 'long'] } }
  const written = record({ name: 'gone', type: inner }, device)
  const value = { gone: [{ a: 1, b: null }, {}], device: 'x' }
  expect(resolved(written, record(device), value)).toEqual({ device: 'x' })
})

test('follows the aliases of fields, records, enums and fixed', () => {
  const written = {
    type: 'record',
    name: 'old.Reading',
    fields: [
      device,
      { name: 'temp', type: { type: 'enum', name: 'State', symbols: ['ON', 'OFF'] } },
      { name: 'id', type: { type: 'fixed', name: 'Id', size: 1 } },
    ],
  }
  const wanted = {
    type: 'record',
    name: 'plant.Measurement',
    aliases: ['old.Reading'],
    fields: [
      {
        name: 'state',
        aliases: ['temp'],
        type: { type: 'enum', name: 'Mode', aliases: ['old.State'], symbols: ['OFF', 'ON'] },
      },
      {
        name: 'number',
        aliases: ['id'],
        type: { type: 'fixed', name: 'N', aliases: ['old.Id'], size: 1 },
      },
      device,
    ],
  }
  const value = { device: 'x', temp: 'OFF', id: Uint8Array.of(7) }
  expect(resolved(written, wanted, value)).toEqual({
    state: 'OFF',
    number: Uint8Array.of(7),
    device: 'x',
  })
})

test('follows the alias of a field only where none was written under its own name', () => {
  const wanted = record({ name: 'device', aliases: ['id'], type: 'string' })
  const id = { name: 'id', type: 'string' }
  expect(resolved(record(device, id), wanted, { device: 'x', id: 'y' })).toEqual({ device: 'x' })
  expect(resolved(record(id, device), wanted, { device: 'x', id: 'y' })).toEqual({ device: 'x' })
  expect(resolved(record(id), wanted, { id: 'y' })).toEqual({ device: 'y' })
})

test('says of a record that cannot be read the same wherever it stands again', () => {
  const inner = (type: string) => ({ type: 'record', name: 'A', fields: [{ name: 'n', type }] })
  const outer = (type: string) => record({ name: 'f', type: ['null', inner(type)] }, again)
  const again = { name: 'g', type: 'A' }
  const open = () =>
    openAvroReader({ schema: text(outer('string')) }, { schema: text(outer('int')) })
  expect(open).toThrow('Field g.n: what was written as string cannot be read as int')
})

test('does not read a record that contains itself and turns out to be unreadable', () => {
  const tree = (type: string) => ({
    type: 'record',
    name: 'Tree',
    fields: [
      { name: 'more', type: ['null', { type: 'array', items: 'Tree' }] },
      { name: 'n', type },
    ],
  })
  const either = (type: string) => [tree(type), { type: 'map', values: 'Tree' }, 'string']
  const [written, wanted] = [either('string'), either('int')]
  const why = 'what was written as string cannot be read as int'
  expect(() => resolved(written, wanted, { Tree: { more: null, n: 'x' } })).toThrow(why)
  expect(() => resolved(written, wanted, { map: { a: { more: null, n: 'x' } } })).toThrow(why)
  expect(resolved(written, wanted, 'x')).toBe('x')
})

test.each([
  ['int', 'long', 5, 5],
  ['int', 'float', 5, 5],
  ['int', 'double', 5, 5],
  ['long', 'float', 16_777_217, 16_777_216],
  ['long', 'double', 2n ** 60n, 2 ** 60],
  ['float', 'double', 0.5, 0.5],
  ['string', 'bytes', 'ü', Uint8Array.of(0xc3, 0xbc)],
  ['bytes', 'string', Uint8Array.of(0xc3, 0xbc), 'ü'],
  ['int', { type: 'long', logicalType: 'timestamp-millis' }, 5, 5],
  [
    { type: 'long', logicalType: 'timestamp-micros' },
    { type: 'long', logicalType: 'timestamp-millis' },
    1.5,
    1.5,
  ],
  [{ type: 'long', logicalType: 'timestamp-millis' }, 'long', 5, 5],
  ['int', ['null', 'double'], 5, 5],
  [['null', 'int'], 'long', 5, 5],
  [['int', 'string'], ['string', 'double'], 5, 5],
])('reads %j as %j', (written, wanted, value, found) => {
  expect(resolved(written, wanted, value)).toEqual(found)
})

test('follows a record that contains itself', () => {
  const tree = (...more: unknown[]) => ({
    type: 'record',
    name: 'Tree',
    fields: [
      { name: 'n', type: more.length > 0 ? 'double' : 'int' },
      { name: 'next', type: ['null', 'Tree'] },
      ...more,
    ],
  })
  const wanted = tree({ name: 'more', type: 'string', default: '-' })
  const value = { n: 1, next: { n: 2, next: null } }
  expect(resolved(tree(), wanted, value)).toEqual({
    n: 1,
    next: { n: 2, next: null, more: '-' },
    more: '-',
  })
})

test('takes the default of an enum for symbols that it does not have', () => {
  const symbols = (...all: string[]) => ({ type: 'enum', name: 'E', symbols: all })
  const written = symbols('A', 'B')
  expect(resolved(written, { ...symbols('X', 'B'), default: 'X' }, 'A')).toBe('X')
  expect(resolved(written, symbols('B'), 'B')).toBe('B')
  expect(() => resolved(written, symbols('B'), 'A')).toThrow('E has no symbol A')
})

test.each([
  ['string', 'int', 'written as string cannot be read as int'],
  ['long', 'int', 'written as long cannot be read as int'],
  [
    record(device),
    record({ ...device, type: 'double' }),
    'Field device: what was written as string',
  ],
  [record(), record(device), 'Field device: the field is new in plant.Reading, and has no default'],
  [record(), record({ name: 'n', type: 'int', default: 'x' }), 'Field n: the default is "x"'],
  [record(device), { ...record(device), name: 'Other' }, 'plant.Reading cannot be read as Other'],
  [
    { type: 'fixed', name: 'F', size: 2 },
    { type: 'fixed', name: 'F', size: 3 },
    'F of 2 bytes cannot be read as F of 3 bytes',
  ],
  ['int', ['string', 'null'], 'written as int cannot be read as one of string, null'],
  [['null', 'string'], 'int', 'cannot be read as int'],
])('says why %j cannot be read as %j', (written, wanted, why) => {
  const open = () => openAvroReader({ schema: text(written) }, { schema: text(wanted) })
  expect(open).toThrow(expect.objectContaining({ code: 'FORMAT_SETTINGS' }))
  expect(open).toThrow(why)
})

test('finds out with the value that this type of a union cannot be read', () => {
  expect(resolved(['int', 'string'], 'long', 5)).toBe(5)
  expect(() => resolved(['int', 'string'], 'long', 'x')).toThrow('written as string')
  const read = openAvroReader({ schema: text(['int', 'string']) }, { schema: text('long') })
  expect(() => read(Uint8Array.of(8, 2))).toThrow('a union of 2 types has no type 4')
})

test('knows the names that referred schemas bring, on both sides', () => {
  const point = (type: string) => text({ type: 'record', name: 'P', fields: [{ name: 'x', type }] })
  const list = text({ type: 'array', items: 'P' })
  const bytes = openAvro(list, [point('int')]).encode([{ x: 1 }])
  const read = openAvroReader(
    { schema: list, references: [point('int')] },
    { schema: list, references: [point('double')] },
  )
  expect(read(bytes)).toEqual([{ x: 1 }])
})

/** Stands for the record before it, by its name. */
const again = { again: true }
const scalars = ['int', 'long', 'double', 'string', 'bytes', 'boolean', 'null'] as const
const scalar = fc.constantFrom(...scalars)
const schema = fc.letrec<{ type: unknown }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small' },
    scalar,
    scalar.map((items) => ({ type: 'array', items })),
    scalar.map((values) => ({ type: 'map', values })),
    fc.constant(again),
    tie('type').map((type) => ({ maybe: type })),
    fc
      .uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
      .chain((names) =>
        fc.tuple(...names.map((name) => tie('type').map((type) => ({ name, type })))),
      ),
  ),
})).type

/** Records get names by their place, alike in both schemas. */
function named(type: unknown, path = 'R', before: string[] = []): unknown {
  if (type === again) return before.at(-1) ?? 'int'
  if (isMaybe(type)) {
    const inner = named(type.maybe, path, before)
    // A union stands in no union, and null but once.
    return inner === 'null' || Array.isArray(inner) ? inner : ['null', inner]
  }
  if (!Array.isArray(type)) return type
  const fields = type.map(({ name, type: inner }: { name: string; type: unknown }) => ({
    name,
    type: named(inner, `${path}_${name}`, before),
  }))
  before.push(path)
  return { type: 'record', name: path, fields }
}

function isMaybe(type: unknown): type is { readonly maybe: unknown } {
  return typeof type === 'object' && type !== null && 'maybe' in type
}

test('agrees with another implementation about what can be read, and as what', () => {
  fc.assert(
    fc.property(schema, schema, fc.infiniteStream(fc.nat(1000)), (one, other, seeds) => {
      const [written, wanted] = [named(one), named(other)]
      const [theirs, their] = [written, wanted].map((type) =>
        avsc.Type.forSchema(type as avsc.Schema, { wrapUnions: false }),
      )
      if (theirs === undefined || their === undefined) throw new Error('no types')
      let resolver: avsc.Resolver | undefined
      try {
        resolver = their.createResolver(theirs)
      } catch {
        // They cannot, and neither may we.
      }
      const open = () => openAvroReader({ schema: text(written) }, { schema: text(wanted) })
      if (resolver === undefined) {
        // They refuse a union of which any type cannot be read, we only one of which none can.
        if (!text(written).includes('["null"')) expect(open).toThrow(FormatError)
        return
      }
      const value: unknown = valueOf(written, () => Number(seeds.next().value))
      const bytes = theirs.toBuffer(value)
      const plain = (given: unknown): unknown =>
        JSON.parse(JSON.stringify(given, (_name, part: unknown) => asText(part)))
      expect(plain(open()(bytes))).toEqual(plain(their.fromBuffer(bytes, resolver)))
    }),
    { numRuns: 500 },
  )
})

function asText(part: unknown): unknown {
  if (part instanceof Uint8Array) return [...part]
  // As buffers make themselves JSON before they come here.
  if (typeof part === 'object' && part !== null && 'data' in part) return part.data
  return part
}

const primitives: readonly unknown[] = scalars

function valueOf(type: unknown, seed: () => number, known = new Map<unknown, unknown>()): unknown {
  if (type === 'null') return null
  if (type === 'boolean') return seed() % 2 === 0
  if (type === 'string') return `t${seed()}`
  if (type === 'bytes') return Buffer.from(`b${seed()}`)
  if (primitives.includes(type)) return seed()
  if (typeof type === 'string') return valueOf(known.get(type), seed, known)
  if (Array.isArray(type)) {
    const [some, none] = [valueOf(type[1], seed, known), seed() % 2 === 0]
    return none ? null : some
  }
  const { name, fields, items, values } = type as {
    name?: string
    fields?: { name: string; type: unknown }[]
    items?: unknown
    values?: unknown
  }
  if (fields !== undefined) {
    const all = fields.map((field) => [field.name, valueOf(field.type, seed, known)])
    known.set(name, type)
    return Object.fromEntries(all)
  }
  if (items !== undefined) return [valueOf(items, seed, known), valueOf(items, seed, known)]
  return { a: valueOf(values, seed, known) }
}
