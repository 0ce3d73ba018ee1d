/** Bounds for what comes from outside; each is far above what sensors send. */
export const limits = {
  /** Levels of nesting. */
  depth: 200,
  /** Values in one payload: lines, rows, points. */
  values: 1_000_000,
  /** Columns of a row, fields of a record. */
  columns: 10_000,
  /** Bytes that a compressed payload may unpack to, unless set otherwise. */
  unpackedBytes: 10_485_760,
  /** Characters of a schema. */
  schemaLength: 1_000_000,
} as const
