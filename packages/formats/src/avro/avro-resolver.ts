import type { ByteReader } from '../bytes/byte-reader.ts'
import { FormatError, within } from '../format-error.ts'
import { putOwn } from '../own-property.ts'
import { compileBlocks, compileReader } from './avro-reader.ts'
import type { Read } from './avro-reader.ts'
import type { AvroField, AvroType, EnumType, Logical, RecordType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { resolvedDefault } from './resolved-default.ts'

type Union = Extract<AvroType, { kind: 'union' }>

/**
 * Compiles two schemas to what reads values of the one with which they were written as values of the
 * other, as the specification's schema resolution has it. Throws `FORMAT_SETTINGS` where none of
 * them could be read; of a union it is found out when a value of that type comes.
 */
export function compileResolver(written: AvroType, wanted: AvroType): Read {
  return new ResolverCompiler().compile(written, wanted)
}

class ResolverCompiler {
  private readonly records = new Map<RecordType, Map<RecordType, CompiledRecord>>()

  compile(written: AvroType, wanted: AvroType): Read {
    if (written.kind === 'union') return this.fromUnion(written, wanted)
    if (wanted.kind === 'union') return this.compile(written, branchFor(written, wanted))
    if (!isAlike(written, wanted)) throw incompatible(written, wanted)
    if (written.kind === 'record' && wanted.kind === 'record') return this.record(written, wanted)
    if (written.kind === 'array' && wanted.kind === 'array')
      return compileBlocks('array', this.compile(written.items, wanted.items))
    if (written.kind === 'map' && wanted.kind === 'map')
      return compileBlocks('map', this.compile(written.values, wanted.values))
    if (written.kind === 'enum' && wanted.kind === 'enum') return enumeration(written, wanted)
    return plain(written, wanted)
  }

  /** Which type it is stands before the value; one that cannot be read fails when it comes. */
  private fromUnion({ branches }: Union, wanted: AvroType): Read {
    const reads = branches.map((branch) => this.compileLater(branch, wanted))
    const [first] = reads
    if (first?.problem !== undefined && reads.every(({ problem }) => problem !== undefined))
      throw first.problem
    const readIndex = compileReader({ kind: 'long' })
    return (reader) => {
      const { at } = reader
      const index = Number(readIndex(reader))
      const found = reads[index]
      if (found?.read !== undefined) return found.read(reader)
      reader.at = at
      if (found?.problem !== undefined) throw unreadable(found.problem)
      throw reader.problem(`a union of ${reads.length} types has no type ${index}.`)
    }
  }

  private compileLater(
    written: AvroType,
    wanted: AvroType,
  ): { readonly read?: Read; readonly problem?: FormatError } {
    try {
      return { read: this.compile(written, wanted) }
    } catch (error) {
      if (error instanceof FormatError) return { problem: error }
      throw error
    }
  }

  private record(written: RecordType, wanted: RecordType): Read {
    const known = this.records.get(written)?.get(wanted)
    if (known?.problem !== undefined) throw known.problem
    if (known !== undefined) return known.read
    let parts: RecordParts = { steps: [], missing: [] }
    const compiled: CompiledRecord = {
      read: (reader) => {
        // Where the record contains itself, this was handed out before the problem was found.
        if (compiled.problem !== undefined) throw unreadable(compiled.problem)
        return readRecord(reader, parts)
      },
    }
    const byWanted = this.records.get(written) ?? new Map<RecordType, CompiledRecord>()
    this.records.set(written, byWanted.set(wanted, compiled))
    try {
      parts = this.parts(written, wanted)
    } catch (error) {
      if (error instanceof FormatError) compiled.problem = error
      throw error
    }
    return compiled.read
  }

  private parts(written: RecordType, wanted: RecordType): RecordParts {
    const steps = written.fields.map((field) => this.step(field, written, wanted))
    const found = new Set(steps.map(({ into }) => into))
    const missing = wanted.fields.filter(({ name }) => !found.has(name))
    for (const field of missing) checkDefault(field, wanted)
    return { steps, missing }
  }

  private step(field: AvroField, written: RecordType, wanted: RecordType): Step {
    const target = targetOf(field.name, written, wanted)
    // Nobody wants it, but what comes after it can only be read behind it.
    if (target === undefined)
      return { name: field.name, into: undefined, read: compileReader(field.type) }
    try {
      const read = this.compile(field.type, target.type)
      return { name: field.name, into: target.name, read }
    } catch (error) {
      throw within(error, target.name)
    }
  }
}

/** A field in the order in which it was written, and the field that it becomes. */
interface Step {
  readonly name: string
  readonly into: string | undefined
  readonly read: Read
}

interface RecordParts {
  readonly steps: readonly Step[]
  /** Fields that were not written. */
  readonly missing: readonly AvroField[]
}

interface CompiledRecord {
  readonly read: Read
  /** Why it cannot be read, for all that come upon it again. */
  problem?: FormatError
}

function readRecord(reader: ByteReader, { steps, missing }: RecordParts): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  let at = ''
  reader.enter()
  reader.spend(steps.length + missing.length)
  try {
    for (const { name, into, read } of steps) {
      at = name
      const value = read(reader)
      if (into !== undefined) putOwn(record, into, value)
    }
  } catch (error) {
    throw within(error, at)
  }
  reader.leave()
  for (const { name, type, defaultJson } of missing)
    putOwn(record, name, resolvedDefault(type, defaultJson))
  return record
}

/** The field of that name; where there is none, the one that had it before and was not written itself. */
function targetOf(name: string, written: RecordType, wanted: RecordType): AvroField | undefined {
  const isWritten = (field: AvroField) => written.fields.some((one) => one.name === field.name)
  return (
    wanted.fields.find((field) => field.name === name) ??
    wanted.fields.find((field) => field.aliases.includes(name) && !isWritten(field))
  )
}

function checkDefault({ name, type, defaultJson }: AvroField, { name: record }: RecordType): void {
  if (defaultJson === undefined) {
    const text = `the field is new in ${record}, and has no default for what was written without it.`
    throw new FormatError('FORMAT_SETTINGS', text, { field: name })
  }
  try {
    resolvedDefault(type, defaultJson)
  } catch (error) {
    throw within(error, name)
  }
}

function enumeration(written: EnumType, wanted: EnumType): Read {
  const read = compileReader(written)
  const known = new Set(wanted.symbols)
  return (reader) => {
    const symbol = String(read(reader))
    if (known.has(symbol)) return symbol
    if (wanted.otherwise !== undefined) return wanted.otherwise
    throw unreadable(`${wanted.name} has no symbol ${symbol}, and no default.`)
  }
}

/** Of numbers, texts, bytes and fixed: the same bytes mean the same in both, but for promotions to fractions. */
function plain(written: AvroType, wanted: AvroType): Read {
  const isWhole = written.kind === 'int' || written.kind === 'long'
  if (isWhole && (wanted.kind === 'float' || wanted.kind === 'double')) {
    const read = compileReader({ kind: written.kind })
    if (wanted.kind === 'double') return (reader) => Number(read(reader))
    return (reader) => Math.fround(Number(read(reader)))
  }
  if (written.kind === 'float') return compileReader(written)
  if (!('logical' in wanted)) return compileReader(wanted)
  return compileReader({ ...wanted, logical: meant(logicalOf(written), wanted.logical) })
}

/** Where both stand for the same kind of thing, the unit in which it was written counts. */
function meant(written: Logical | undefined, wanted: Logical | undefined): Logical | undefined {
  return written !== undefined && written.kind === wanted?.kind ? written : wanted
}

function logicalOf(type: AvroType): Logical | undefined {
  return 'logical' in type ? type.logical : undefined
}

/** Of the same name rather than the first that is alike. */
function branchFor(written: AvroType, { branches }: Union): AvroType {
  const found =
    branches.find(
      (branch) => branchName(branch) === branchName(written) && isAlike(written, branch),
    ) ?? branches.find((branch) => isAlike(written, branch))
  if (found !== undefined) return found
  throw incompatible(written, { kind: 'union', branches })
}

/** Whether values of the one may be read as the other, as far as can be seen without looking inside. */
function isAlike(written: AvroType, wanted: AvroType): boolean {
  if (written.kind !== wanted.kind) {
    return promotions.get(written.kind)?.includes(wanted.kind) === true
  }
  if (!('aliases' in written) || !('aliases' in wanted)) return true
  if (written.kind === 'fixed' && wanted.kind === 'fixed' && written.size !== wanted.size)
    return false
  return isSameName(written.name, wanted)
}

function isSameName(
  written: string,
  { name, aliases }: { readonly name: string; readonly aliases: readonly string[] },
): boolean {
  return ownName(written) === ownName(name) || aliases.includes(written)
}

/** Without its namespace, which does not count. */
function ownName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

const promotions: ReadonlyMap<AvroType['kind'], readonly AvroType['kind'][]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
] as const)

function incompatible(written: AvroType, wanted: AvroType): FormatError {
  const text = `what was written as ${told(written)} cannot be read as ${told(wanted)}.`
  return new FormatError('FORMAT_SETTINGS', text)
}

function told(type: AvroType): string {
  if (type.kind === 'union') return `one of ${type.branches.map(branchName).join(', ')}`
  if (type.kind === 'fixed') return `${type.name} of ${type.size} bytes`
  return branchName(type)
}

function unreadable(why: FormatError | string): FormatError {
  if (typeof why === 'string') return new FormatError('FORMAT_DECODE', why)
  return new FormatError('FORMAT_DECODE', why.message, { cause: why })
}
