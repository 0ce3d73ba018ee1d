import {
  contentTypeOf,
  formatSettings,
  isFormat,
  openDecoder,
  openEncoder,
} from '@millrace/formats'
import type { Decode } from '@millrace/formats'
import { bodyToSend } from './body-to-send.ts'
import type { BodyToSend } from './body-to-send.ts'

type Config = Readonly<Record<string, unknown>>

/** Those that `readBody` reads itself, as it does where the Content-Type names them. */
const own: ReadonlySet<string> = new Set(['auto', 'json', 'ndjson', 'text', 'binary'])

/** What reads bodies of the format that was chosen; `undefined` where `readBody` does so itself. */
export function bodyDecoder(config: Config, choice: string): Decode | undefined {
  const isText = choice === 'text' && (config['charset'] ?? 'utf-8') !== 'utf-8'
  if (!isFormat(choice) || (own.has(choice) && !isText)) return undefined
  return openDecoder(formatSettings(config, { format: choice }))
}

/**
 * What makes bodies of values, by fields with the prefix `body`. By `auto` text and bytes go as they
 * are, all else as JSON.
 */
export function bodySender(config: Config, choice: string): (value: unknown) => BodyToSend {
  if (!isFormat(choice)) return bodyToSend
  const settings = formatSettings(config, { format: choice, prefix: 'body' })
  const encode = openEncoder(settings)
  const contentType = contentTypeOf(settings)
  return (value) => ({ bytes: encode(value), contentType })
}
