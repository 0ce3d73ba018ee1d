/** A key as people read it; what has no text of its own is written as JSON. */
export function textOfKey(key: unknown): string {
  if (typeof key === 'string') return key.length > 200 ? `${key.slice(0, 199)}…` : key
  if (key === null || key === undefined) return ''
  if (typeof key === 'number' || typeof key === 'boolean') return String(key)
  return textOfKey(jsonOf(key))
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // A circle in the data; all such keys are one.
    return '(circular)'
  }
}
