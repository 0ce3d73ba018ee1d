import type { ServerResponse } from 'node:http'

/** Sends an answer in one piece. Gives what was wrong with it, after answering 500 instead. */
export function answer(
  response: ServerResponse,
  status: number,
  options: { readonly headers?: string[] | null; readonly body?: string | Uint8Array | null } = {},
): unknown {
  if (response.headersSent || response.destroyed) return undefined
  const body = options.body ?? ''
  const headers = options.headers ?? []
  if (!isBodiless(status)) headers.push('content-length', String(byteLengthOf(body)))
  try {
    response.writeHead(status, headers)
    response.end(isBodiless(status) ? undefined : body)
    letGoWhenStalled(response)
    return undefined
  } catch (error) {
    response.writeHead(500, ['content-length', '0'])
    response.end()
    return error
  }
}

/** Without a byte taken for so long. */
const stalledMs = 30_000

/** Who asks and never reads holds one of the connections that there may be. */
export function letGoWhenStalled(response: ServerResponse, afterMs = stalledMs): void {
  const { socket } = response
  // What is short is with the system already.
  if (socket === null || socket.writableLength === 0) return
  response.setTimeout(afterMs, () => socket.destroy())
}

/** An answer of ours, not of a flow: JSON like that of the API. */
export function refuse(
  response: ServerResponse,
  status: number,
  refusal: { readonly code: string; readonly message: string; readonly headers?: string[] },
): void {
  const { code, message } = refusal
  const headers = ['content-type', 'application/json', ...(refusal.headers ?? [])]
  answer(response, status, { headers, body: JSON.stringify({ code, message }) })
}

function byteLengthOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}
