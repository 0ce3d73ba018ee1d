import type { OperatingError } from './context.ts'

/** An expected failure with a stable code, for node authors to throw or hand to `fail`. */
export class NodeError extends Error implements OperatingError {
  override readonly name = 'NodeError'
  readonly code: string

  /** `code` is stable, such as `MQTT_CONNECT_REFUSED`; `message` a sentence for the person. */
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Makes an operating error of anything that was thrown; without a code it is `NODE_FAILED`. */
export function toOperatingError(error: unknown): OperatingError {
  if (typeof error !== 'object' || error === null) {
    return { code: 'NODE_FAILED', message: String(error) }
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'NODE_FAILED'
  const text = 'message' in error ? error.message : undefined
  return { code, message: typeof text === 'string' ? text : 'The node failed without a reason.' }
}
