import { formatSettings, holdsSeveral, openDecoder } from '@millrace/formats'
import type { Decode } from '@millrace/formats'
import { NodeError, operator } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

export const parse = operator(descriptor, (context) => {
  const { config, emit } = context
  const { from, to, several, format } = config
  const decode = decoder(context)
  const isList = several === 'list' && holdsSeveral(formatSettings(config, { format }))
  return {
    onMessage(message) {
      const values = decode(from.get(message))
      if (isList) emit.out(to.set(message, values))
      else for (const value of values) emit.out(to.set(message, value))
    },
  }
})

type Context = NodeContext<typeof descriptor>

function decoder({ config }: Context): (value: unknown) => readonly unknown[] {
  const settings = formatSettings(config, { format: config.format })
  const decodeBytes = openDecoder(settings)
  // Text was made of its bytes already, whatever characters these stood for.
  const { charset } = config
  const decodeText: Decode =
    charset === 'utf-8' ? decodeBytes : openDecoder({ ...settings, charset: 'utf-8' })
  return (value) => {
    if (value instanceof Uint8Array) return decodeBytes(value)
    if (typeof value === 'string') return decodeText(Buffer.from(byteOrderMark + value))
    throw new NodeError('PARSE_NO_TEXT', `At ${config.from.source} is ${kindOf(value)}.`)
  }
}

/** Also keeps XML from looking for the charset that the text came in. */
const byteOrderMark = '\ufeff'

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing, where text or bytes should be'
  const what =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value (${typeof value})`
  return `${what}, which is neither text nor bytes`
}
