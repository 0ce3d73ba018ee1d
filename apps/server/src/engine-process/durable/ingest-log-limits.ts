export interface IngestLogLimits {
  /** A group is written at most so often. */
  readonly groupMs: number
  readonly segmentBytes: number
  /** Released records are kept so long for replay… */
  readonly keepMs: number
  /** …unless they take more than this. */
  readonly keepBytes: number
  /** With that much on disk nothing more is taken in until the flow has dealt with some of it. */
  readonly bytesMax: number
  /** With that much waiting for the disk nothing more is taken in. */
  readonly unsyncedBytesMax: number
  /** After a write that failed it is tried again so often. */
  readonly retryMs: number
}

export const usualIngestLogLimits: IngestLogLimits = {
  groupMs: 4,
  segmentBytes: 16 * 2 ** 20,
  keepMs: 3_600_000,
  keepBytes: 2 ** 30,
  bytesMax: 4 * 2 ** 30,
  unsyncedBytesMax: 8 * 2 ** 20,
  retryMs: 500,
}
