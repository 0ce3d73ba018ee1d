/** A schema as it is worked with: names resolved, so that types may contain themselves. */
export type AvroType =
  | PrimitiveType
  | FixedType
  | EnumType
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | RecordType

export type PrimitiveKind =
  | 'null'
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'bytes'
  | 'string'

export interface PrimitiveType {
  readonly kind: PrimitiveKind
  readonly logical?: Logical | undefined
}

/** What a number or bytes stand for. Logical types that are not listed change nothing. */
export type Logical =
  | { readonly kind: 'time'; readonly perMs: 1 | 1000 | 1_000_000 }
  | { readonly kind: 'date' }
  | { readonly kind: 'decimal'; readonly scale: number }

export interface FixedType {
  readonly kind: 'fixed'
  readonly name: string
  /** Full names that it had before. */
  readonly aliases: readonly string[]
  readonly size: number
  readonly logical?: Logical | undefined
}

export interface EnumType {
  readonly kind: 'enum'
  readonly name: string
  readonly aliases: readonly string[]
  readonly symbols: readonly string[]
  /** Stands for symbols that are not among them. */
  readonly otherwise: string | undefined
}

export interface AvroField {
  readonly name: string
  /** Names that it had before. */
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** As JSON; `undefined` where there is none. */
  readonly defaultJson: unknown
}

export interface RecordType {
  readonly kind: 'record'
  readonly name: string
  readonly aliases: readonly string[]
  /** Filled while the schema is read, as the record may contain itself. */
  fields: readonly AvroField[]
}

/** By which a branch of a union is known. */
export function branchName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}
