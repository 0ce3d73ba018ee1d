/** A payload as it is published: text and bytes as they are, nothing as nothing, else JSON. */
export function payloadToSend(payload: unknown): string | Uint8Array {
  if (typeof payload === 'string') return payload
  if (payload instanceof Uint8Array) return payload
  if (payload === null || payload === undefined) return ''
  // Absent for functions and symbols only.
  return JSON.stringify(payload) ?? ''
}
