import { isUtf8 } from 'node:buffer'
import { ReadLater, SchemaReader } from '@millrace/schemas'
import type { NodeError, SourceContext } from '@millrace/sdk'
import type { kafkaInDescriptor } from './descriptor.ts'

type Context = Pick<SourceContext<typeof kafkaInDescriptor>, 'config'>

/** The key of a message, and what it was read from where that is more than a text or a number. */
export interface MessageKey {
  readonly key: string | number | undefined
  readonly value?: unknown
}

/** The key in a record, or `ReadLater`. Throws what is wrong with it. */
export type ReadKey = (bytes: Buffer | null, topic: string) => MessageKey | ReadLater

const noKey: MessageKey = { key: undefined }

/** How keys are read, as the node says. `onTrouble` hears what keeps a schema away for now. */
export function keyReader({ config }: Context, onTrouble: (error: NodeError) => void): ReadKey {
  if (config.keyFormat !== 'registry') return textKey
  // What another schema would make of them: keys are told apart by what was written.
  const reader = new SchemaReader({ ...config, readAs: 'written' }, onTrouble)
  return (bytes, topic) => {
    if (bytes === null) return noKey
    const value = reader.read(bytes, `${topic}-key`)
    return value instanceof ReadLater ? value : keyOf(value)
  }
}

/** Text where it is UTF-8; otherwise bytes as base64, as keys are texts or numbers. */
export function textKey(bytes: Buffer | null): MessageKey {
  if (bytes === null) return noKey
  return { key: bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64') }
}

/** A record becomes JSON, which is the same for the same record: its schema has its fields in order. */
function keyOf(value: unknown): MessageKey {
  if (typeof value === 'string' || typeof value === 'number') return { key: value }
  if (value === null || value === undefined) return noKey
  return { key: JSON.stringify(value, exactly) ?? '', value }
}

function exactly(_name: string, part: unknown): unknown {
  return typeof part === 'bigint' ? String(part) : part
}
