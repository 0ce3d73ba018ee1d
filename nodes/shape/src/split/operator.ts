import { operator } from '@millrace/sdk'
import { partsOf } from './parts-of.ts'
import { descriptor } from './descriptor.ts'

export const split = operator(descriptor, ({ config, emit, id, state }) => {
  const { place, nameTo, partsMax } = config
  const separator = config.text === 'separator' ? config.separator : undefined
  // Counted as state, so that a message that is taken again gets the same number again.
  const numbers = state.map<number>('numbers')
  return {
    onMessage(message) {
      const parts = partsOf(place.get(message), { separator, partsMax })
      const number = (numbers.get('last') ?? 0) + 1
      numbers.set('last', number)
      const count = parts.length
      for (const [index, { value, name }] of parts.entries()) {
        const part = place.set(message, value)
        const named = name === undefined || nameTo === undefined ? part : nameTo.set(part, name)
        const about = { id: `${id}-${number}`, index, count }
        emit.out({ ...named, parts: name === undefined ? about : { ...about, key: name } })
      }
    },
  }
})
