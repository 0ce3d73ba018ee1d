/** What of a series its points are; a series keeps the type that it had first. */
export type ValueType = 'number' | 'boolean' | 'text'

export interface SeriesName {
  readonly measurement: string
  readonly field: string
  /** In order of their names; see `tagsText`. */
  readonly tags: string
}

export interface SeriesDefinition extends SeriesName {
  readonly type: ValueType
}

/** Tags in the one form in which a series is known by them: JSON pairs in order of their names. */
export function tagsText(tags: Iterable<readonly [string, string]>): string {
  const sorted = [...tags].toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  return JSON.stringify(sorted)
}

export type Tags = readonly (readonly [string, string])[]

export function tagsOf(text: string): Tags {
  // Written by `tagsText` alone.
  return JSON.parse(text) as Tags
}

/** How long points are kept; 0 keeps them for ever. */
export interface Retention {
  readonly rawMs: number
  readonly minuteMs: number
  readonly hourMs: number
}

/** Times that can be stored: those of a JavaScript date, in milliseconds since the epoch. */
export const timeMax = 8_640_000_000_000_000

export const minuteMs = 60_000
export const hourMs = 3_600_000
