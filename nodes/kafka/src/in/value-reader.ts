import { formatSettings, isFormat, openDecoder } from '@millrace/formats'
import { SchemaReader } from '@millrace/schemas'
import type { NodeError, SourceContext } from '@millrace/sdk'
import type { kafkaInDescriptor } from './descriptor.ts'
import { payloadReaders } from './read-payload.ts'

type Context = SourceContext<typeof kafkaInDescriptor>

/** Several payloads that stand in one value. */
export class SeveralPayloads {
  readonly all: readonly unknown[]

  constructor(all: readonly unknown[]) {
    this.all = all
  }
}

/** The payload in a value, `SeveralPayloads` or `ReadLater`. Throws what is wrong with it. */
export type ReadValue = (bytes: Buffer, topic: string) => unknown

/** How values are read, as the node says. `onTrouble` hears what keeps a schema away for now. */
export function valueReader(
  { config }: Pick<Context, 'config'>,
  onTrouble: (error: NodeError) => void,
): ReadValue {
  const { format, compression, charset } = config
  if (format === 'registry') {
    const reader = new SchemaReader(config, onTrouble)
    return (bytes, topic) => reader.read(bytes, `${topic}-value`)
  }
  // A hidden choice keeps its value.
  const isPlain = compression === 'none' && (format !== 'text' || charset === 'utf-8')
  switch (format) {
    case 'auto':
      return payloadReaders.auto
    case 'json':
    case 'text':
    case 'binary':
      return isPlain ? payloadReaders[format] : decodingReader(config, format)
    default:
      return decodingReader(config, format)
  }
}

function decodingReader(config: Context['config'], format: string): ReadValue {
  const decode = openDecoder(formatSettings(config, { format: isFormat(format) ? format : 'json' }))
  return (bytes) => {
    const values = decode(bytes)
    return values.length === 1 ? values[0] : new SeveralPayloads(values)
  }
}
