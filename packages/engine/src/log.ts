export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly node?: string
  readonly details?: Readonly<Record<string, unknown>>
}
