import type { Message } from '@millrace/sdk'
import type { Shown } from '@millrace/protocol'

/** The value behind its text; text that was cut stays text. Kept by the text's object. */
export function valueOf(shown: Shown): unknown {
  const known = parsed.get(shown)
  if (known !== undefined) return known.value
  const value = read(shown)
  parsed.set(shown, { value })
  return value
}

// A cache by identity, which lives as long as the messages themselves.
const parsed = new WeakMap<Shown, { readonly value: unknown }>()

function read({ json }: Shown): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

/** The message behind its text, when it is a whole one. */
export function messageOf(shown: Shown): Message | undefined {
  const value = valueOf(shown)
  if (typeof value !== 'object' || value === null || !('payload' in value)) return undefined
  return { ...value, payload: value.payload }
}
