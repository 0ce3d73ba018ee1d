export type ScalarName =
  | 'double'
  | 'float'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'sint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed32'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes'

export interface ProtoEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly numbers: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<number, string>
}

export interface ProtoMessage {
  readonly kind: 'message'
  readonly name: string
  /** Filled while the schema is read, as the message may contain itself. */
  fields: readonly ProtoField[]
  /** What is given as a plain value: a time, a stretch of time, a value that may be absent. */
  readonly stands: 'timestamp' | 'duration' | 'wrapper' | undefined
}

export type ProtoType = ScalarName | ProtoEnum | ProtoMessage

export interface ProtoField {
  readonly name: string
  readonly id: number
  readonly type: ProtoType
  readonly rule: 'single' | 'repeated' | 'map'
  /** Of a map. */
  readonly key: ScalarName
  readonly isPacked: boolean
  /** Between tags of its own, as groups were. */
  readonly isDelimited: boolean
  /** `implicit` fields always have a value; others may be absent. */
  readonly presence: 'implicit' | 'explicit' | 'required'
}
