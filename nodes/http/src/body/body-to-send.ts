/** A value as the body of a request or an answer. */
export interface BodyToSend {
  readonly bytes: string | Uint8Array
  /** `undefined` when there is no body. */
  readonly contentType: string | undefined
}

/** Text and bytes go as they are, nothing as no body, all else as JSON. */
export function bodyToSend(value: unknown): BodyToSend {
  if (value === null || value === undefined) return { bytes: '', contentType: undefined }
  if (typeof value === 'string') return { bytes: value, contentType: 'text/plain; charset=utf-8' }
  if (value instanceof Uint8Array) {
    return { bytes: value, contentType: 'application/octet-stream' }
  }
  // Absent for functions and symbols only.
  return { bytes: JSON.stringify(value) ?? '', contentType: 'application/json' }
}
