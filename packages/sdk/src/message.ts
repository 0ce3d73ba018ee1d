/**
 * One datum on a wire.
 *
 * Built-in operators never change a message that they received: they pass it on or make a new
 * one, so that fan-out costs nothing.
 */
export interface Message {
  /** What the message is about; any JSON-like value, or a `Uint8Array` for binary. */
  payload: unknown
  /** Where it came from or should go, in MQTT's sense. */
  topic?: string | undefined
  /** The key under which operators keep state for it. */
  key?: string | number | undefined
  /** Event time, in milliseconds since the epoch. */
  time?: number | undefined
  /** Whatever else the flow puts there. */
  [property: string]: unknown
}

/**
 * A compiled expression: reads a message, changes nothing, never throws for data of an unexpected
 * shape. `null` means unknown, as in SQL.
 */
export type Expression<Value = unknown> = (message: Message) => Value | null

/** A compiled template: text with expressions in its holes. */
export type Template = (message: Message) => string

/** A compiled place inside a message, such as `payload.temperature` or `payload.tags["site"]`. */
export interface Path {
  readonly source: string
  readonly segments: readonly (string | number)[]
  /** The value there, or `undefined`. */
  get(message: Message): unknown
  /** A copy of the message, sharing all that is not on the way, with the value there. */
  set(message: Message, value: unknown): Message
  /** A copy of the message without that place; the message itself where there was nothing. */
  remove(message: Message): Message
}
