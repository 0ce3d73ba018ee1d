import { NodeError, operator } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

export const template = operator(descriptor, ({ config, emit }) => {
  const { template: write, place } = config
  const value = config.format === 'json' ? readJson : (text: string): unknown => text
  return {
    onMessage(message) {
      emit.out(place.set(message, value(write(message))))
    },
  }
})

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NodeError('TEMPLATE_NOT_JSON', `The text is not JSON: ${shown} (${reason})`, {
      cause,
    })
  }
}
