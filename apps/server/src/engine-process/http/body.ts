import type { IncomingMessage } from 'node:http'

export type Body =
  /** What it takes of the room is to be given back once it is dealt with. */
  | { readonly outcome: 'complete'; readonly chunks: readonly Uint8Array[]; readonly bytes: number }
  | { readonly outcome: 'too-long' }
  | { readonly outcome: 'no-room' }
  | { readonly outcome: 'broken' }

/** How many bytes all bodies together may have that are being read or wait for their answer. */
export class BodyRoom {
  private left: number

  constructor(bytesMax: number) {
    this.left = bytesMax
  }

  take(bytes: number): boolean {
    if (bytes > this.left) return false
    this.left -= bytes
    return true
  }

  give(bytes: number): void {
    this.left += bytes
  }
}

const nothing: readonly Uint8Array[] = []

export interface BodyLimits {
  readonly bytesMax: number
  readonly room: BodyRoom
}

/** Reads the body up to the limit. Calls back at once for a request that has none. */
export function readBody(
  request: IncomingMessage,
  { bytesMax, room }: BodyLimits,
  done: (body: Body) => void,
): void {
  const { rawHeaders } = request
  const announced = headerOf(rawHeaders, 'content-length')
  if (announced === undefined && headerOf(rawHeaders, 'transfer-encoding') === undefined) {
    done({ outcome: 'complete', chunks: nothing, bytes: 0 })
  } else if (announced !== undefined && Number(announced) > bytesMax) {
    done({ outcome: 'too-long' })
  } else {
    collect(request, { bytesMax, room }, done)
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

function collect(
  request: IncomingMessage,
  { bytesMax, room }: BodyLimits,
  done: (body: Body) => void,
): void {
  const chunks: Uint8Array[] = []
  let bytes = 0
  let isDone = false
  const finish = (body: Body): void => {
    if (isDone) return
    isDone = true
    if (body.outcome !== 'complete') room.give(bytes)
    done(body)
  }
  request.on('data', (chunk: Uint8Array) => {
    if (isDone) return
    if (bytes + chunk.length > bytesMax) return finish({ outcome: 'too-long' })
    if (!room.take(chunk.length)) return finish({ outcome: 'no-room' })
    bytes += chunk.length
    chunks.push(chunk)
  })
  request.on('end', () => finish({ outcome: 'complete', chunks, bytes }))
  request.on('close', () => finish({ outcome: 'broken' }))
  request.on('error', () => finish({ outcome: 'broken' }))
}
