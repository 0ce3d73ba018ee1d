import { operator } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

export const filter = operator(descriptor, ({ config, emit }) => {
  const { condition } = config
  const { out, rejected } = emit
  return {
    onMessage(message) {
      if (condition(message) === true) out(message)
      else rejected(message)
    },
  }
})
