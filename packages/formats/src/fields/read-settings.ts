import type { FormatSettings } from '../format-settings.ts'
import { formatNames } from './format-choices.ts'
import type { FormatName } from './format-choices.ts'
import { prefixed } from './format-fields.ts'

type Config = Readonly<Record<string, unknown>>

/**
 * The settings of a decoder or encoder from the configuration of a node with `decodeFields` or
 * `encodeFields`. Which values are possible was checked with the descriptor.
 */
export function formatSettings<Name extends FormatName>(
  config: Config,
  { format, prefix }: { readonly format: Name; readonly prefix?: string },
): FormatSettings & { readonly format: Name } {
  const at = (name: string): unknown => config[prefixed(name, prefix)]
  const settings: Record<string, unknown> = {
    format,
    csv: defined({
      delimiter: at('csvDelimiter'),
      quote: at('csvQuote'),
      hasHeader: at('csvHeader'),
      columns: at('csvColumns'),
      types: at('csvTypes'),
      decimal: at('csvDecimal'),
    }),
  }
  for (const name of plain) settings[name] = at(name)
  return defined(settings) as unknown as FormatSettings & { readonly format: Name }
}

const plain = [
  'compression',
  'unpackedBytesMax',
  'charset',
  'linePrecision',
  'avroSchema',
  'protobufSchema',
  'protobufMessage',
  'xmlTypes',
  'xmlRoot',
  'binaryFields',
  'recordBytes',
]

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** Whether the choice of a node is one of the formats, and no value of its own such as `auto`. */
export function isFormat(choice: string): choice is FormatName {
  return formatNames.some((name) => name === choice)
}
