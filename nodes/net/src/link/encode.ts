import { formatSettings, openEncoder, payloadBytes } from '@millrace/formats'
import type { FormatName } from '@millrace/formats'
import type { Expression, Message } from '@millrace/sdk'

export interface EncodeConfig {
  readonly format: FormatName
  readonly body?: Expression | undefined
}

/** What of a message is sent: the payload, or what the field `body` says. */
export function encoderOf(
  config: EncodeConfig & Readonly<Record<string, unknown>>,
): (message: Message) => string | Uint8Array {
  const encode = openEncoder(formatSettings(config, { format: config.format }))
  const { body } = config
  return (message) => encode(body === undefined ? message.payload : body(message))
}

export function bytesEncoderOf(
  config: EncodeConfig & Readonly<Record<string, unknown>>,
): (message: Message) => Uint8Array {
  const encode = encoderOf(config)
  return (message) => payloadBytes(encode(message))
}
