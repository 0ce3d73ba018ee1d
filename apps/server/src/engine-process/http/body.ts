import type { IncomingMessage } from 'node:http'

export type Body =
  | { readonly outcome: 'complete'; readonly chunks: readonly Uint8Array[] }
  | { readonly outcome: 'too-long' }
  | { readonly outcome: 'broken' }

const nothing: readonly Uint8Array[] = []

/** Reads the body up to the limit. Calls back at once for a request that has none. */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (body: Body) => void,
): void {
  const { rawHeaders } = request
  const announced = headerOf(rawHeaders, 'content-length')
  if (announced === undefined && headerOf(rawHeaders, 'transfer-encoding') === undefined) {
    done({ outcome: 'complete', chunks: nothing })
  } else if (announced !== undefined && Number(announced) > bytesMax) {
    done({ outcome: 'too-long' })
  } else {
    collect(request, bytesMax, done)
  }
}

/** Read from the list, as the record of all headers is made only when it is first asked for. */
function headerOf(raw: readonly string[], name: string): string | undefined {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const each = raw[index]
    if (each?.length === name.length && each.toLowerCase() === name) return raw[index + 1]
  }
  return undefined
}

function collect(request: IncomingMessage, bytesMax: number, done: (body: Body) => void): void {
  const chunks: Uint8Array[] = []
  let bytes = 0
  let isDone = false
  const finish = (body: Body): void => {
    if (isDone) return
    isDone = true
    done(body)
  }
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > bytesMax) finish({ outcome: 'too-long' })
    else if (!isDone) chunks.push(chunk)
  })
  request.on('end', () => finish({ outcome: 'complete', chunks }))
  request.on('close', () => finish({ outcome: 'broken' }))
  request.on('error', () => finish({ outcome: 'broken' }))
}
