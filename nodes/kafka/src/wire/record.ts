/** A record as it lies in a partition. Key, value and header values are views of what was read. */
export interface KafkaRecord {
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record to be written. */
export interface NewRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

export const noHeaders: readonly RecordHeader[] = []
