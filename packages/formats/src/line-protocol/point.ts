export type FieldScalar = number | bigint | boolean | string

/** What a line of line protocol says. */
export interface Point {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  /** Integers beyond 2⁵³ as `bigint`. */
  readonly fields: Readonly<Record<string, FieldScalar>>
  /** Milliseconds since the epoch, with a fraction where the line is that precise. */
  readonly time?: number
}
