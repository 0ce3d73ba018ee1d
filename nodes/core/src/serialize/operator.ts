import { formatSettings, openEncoder } from '@millrace/formats'
import { operator } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

export const serialize = operator(descriptor, ({ config, emit }) => {
  const { from, to, format } = config
  const encode = openEncoder(formatSettings(config, { format }))
  return {
    onMessage(message) {
      emit.out(to.set(message, encode(from.get(message))))
    },
  }
})
