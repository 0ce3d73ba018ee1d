/** One datum on a wire; the same shape as the sdk's, which this package may not import. */
export interface Message {
  payload: unknown
  topic?: string | undefined
  key?: string | number | undefined
  time?: number | undefined
  [property: string]: unknown
}

/** Reads a message, changes nothing, never throws. `null` means unknown, as in SQL. */
export type Expression<Value = unknown> = (message: Message) => Value | null

export type Template = (message: Message) => string

/** A compiled place inside a message, such as `payload.temperature` or `payload.tags["site"]`. */
export interface Path {
  readonly source: string
  readonly segments: readonly PathSegment[]
  /** The value there, or `undefined`. */
  get(message: Message): unknown
  /** A copy of the message, sharing all that is not on the way, with the value there. */
  set(message: Message, value: unknown): Message
  /** A copy of the message without that place; the message itself where there was nothing. */
  remove(message: Message): Message
}

export type PathSegment = string | number
