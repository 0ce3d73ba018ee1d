/** What a worker does with answers that go on; in order. */
export interface StreamBatch {
  readonly kind: 'streams'
  readonly steps: readonly StreamStep[]
}

export type StreamStep =
  | {
      readonly step: 'open'
      readonly id: number
      /** Null for a WebSocket, of which all is written by the worker. */
      readonly head: { readonly status: number; readonly headers: string[] | null } | null
    }
  /** The same to several clients, so that it is copied once. */
  | { readonly step: 'write'; readonly ids: number[]; readonly chunk: string | Uint8Array }
  /** So many bytes of the client were read. */
  | { readonly step: 'taken'; readonly id: number; readonly bytes: number }
  | { readonly step: 'end'; readonly id: number }
  | { readonly step: 'destroy'; readonly id: number }

/** What became of them; in order. */
export interface StreamedBatch {
  readonly kind: 'streamed'
  readonly news: readonly StreamNews[]
}

export type StreamNews =
  | { readonly news: 'data'; readonly id: number; readonly chunk: Uint8Array }
  /** So many of the bytes written have left. */
  | { readonly news: 'left'; readonly id: number; readonly bytes: number }
  | { readonly news: 'closed'; readonly id: number }

export function chunkLength(chunk: string | Uint8Array): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
}
