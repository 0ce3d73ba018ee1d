export type SchemaType = 'AVRO' | 'PROTOBUF' | 'JSON'

/** Another schema that one uses, by the name under which it does. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface SchemaText {
  readonly type: SchemaType
  readonly text: string
  readonly references: readonly SchemaReference[]
}

/** A schema with the texts of all that it uses, each after those that it uses itself. */
export interface WholeSchema extends SchemaText {
  readonly used: readonly { readonly name: string; readonly text: string }[]
}
