/** Requests on their way to a worker: as many as came in one turn, in arrays side by side. */
export interface RequestBatch {
  readonly kind: 'requests'
  readonly ids: number[]
  /** As the worker numbered its routes. */
  readonly routes: number[]
  readonly methods: string[]
  /** Path and query as they came. */
  readonly targets: string[]
  /** Names and values in turn as they came, joined by `headerSeparator`: a string is sent quicker than a list. */
  readonly headers: string[]
  readonly addresses: string[]
  /** All bodies in one piece, transferred; null when none has one. */
  readonly bodies: Uint8Array<ArrayBuffer> | null
  /** Where in `bodies` the body of each request ends. */
  readonly bodyEnds: number[]
}

/** Answers on their way back. */
export interface ResponseBatch {
  readonly kind: 'responses'
  readonly ids: number[]
  readonly statuses: number[]
  /** Names and values in turn. */
  readonly headers: (string[] | null)[]
  readonly bodies: (string | Uint8Array | null)[]
}

export function emptyResponses(): ResponseBatch {
  return { kind: 'responses', ids: [], statuses: [], headers: [], bodies: [] }
}

export interface WaitingRequest {
  readonly id: number
  readonly route: number
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly address: string
  readonly body: readonly Uint8Array[]
}

/** No header holds one. */
export const headerSeparator = '\n'

/** Puts the bodies into one buffer that only the batch refers to, so that it can be transferred. */
export function packRequests(requests: readonly WaitingRequest[]): RequestBatch {
  const bodyEnds: number[] = []
  let end = 0
  for (const request of requests) {
    for (const chunk of request.body) end += chunk.length
    bodyEnds.push(end)
  }
  return {
    kind: 'requests',
    ids: requests.map((request) => request.id),
    routes: requests.map((request) => request.route),
    methods: requests.map((request) => request.method),
    targets: requests.map((request) => request.target),
    headers: requests.map((request) => request.headers.join(headerSeparator)),
    addresses: requests.map((request) => request.address),
    bodies: end === 0 ? null : packBodies(requests, end),
    bodyEnds,
  }
}

function packBodies(
  requests: readonly WaitingRequest[],
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(byteLength)
  let at = 0
  for (const request of requests) {
    for (const chunk of request.body) {
      packed.set(chunk, at)
      at += chunk.length
    }
  }
  return packed
}
