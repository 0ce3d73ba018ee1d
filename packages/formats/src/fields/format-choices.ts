import type { ChoiceOption } from '@millrace/sdk/descriptor'

/** The formats by the name under which they stand in a flow. */
export type FormatName = (typeof formats)[number]['value']

const formats = [
  { value: 'json', label: 'JSON' },
  { value: 'ndjson', label: 'JSON lines', help: 'Each line is a value.' },
  { value: 'csv', label: 'CSV', help: 'Each row is a value.' },
  { value: 'text', label: 'Text' },
  { value: 'line', label: 'Line protocol', help: 'Points as InfluxDB and Telegraf write them.' },
  { value: 'avro', label: 'Avro', help: 'One value by a schema, without a header.' },
  { value: 'protobuf', label: 'Protobuf', help: 'One message of a .proto schema.' },
  { value: 'msgpack', label: 'MessagePack' },
  { value: 'cbor', label: 'CBOR' },
  { value: 'xml', label: 'XML' },
  { value: 'fields', label: 'Binary fields', help: 'Numbers and bits at places that you name.' },
  { value: 'binary', label: 'Bytes', help: 'As they are.' },
] as const satisfies readonly ChoiceOption[]

/** Formats in which a payload or a file is a sequence of records that can be told apart. */
export type RecordFormat = 'text' | 'ndjson' | 'csv' | 'line'

export const formatNames: readonly FormatName[] = formats.map(({ value }) => value)

export interface FormatChoice<Name extends string> extends ChoiceOption {
  readonly value: Name
}

/** The options of a field that chooses what the records of a file are. */
export const recordChoices = [
  { value: 'text', label: 'Lines of text' },
  { value: 'ndjson', label: 'JSON lines' },
  { value: 'csv', label: 'CSV', help: 'Each row is a record.' },
  { value: 'line', label: 'Line protocol' },
] as const satisfies readonly ChoiceOption[]

/** The options of a field that chooses a format, but for those that the node describes itself. */
export function formatChoices<const Except extends FormatName = never>(
  ...except: readonly Except[]
): readonly FormatChoice<Exclude<FormatName, Except>>[] {
  const isLeft = (option: (typeof formats)[number]): boolean =>
    !except.some((name) => name === option.value)
  // Those named were just taken away.
  return formats.filter(isLeft) as readonly ChoiceOption[] as readonly FormatChoice<
    Exclude<FormatName, Except>
  >[]
}
