/** One server-sent event. */
export interface StreamEvent {
  readonly name: string
  readonly data: string
  /** The last id that the stream has named, this event's or an earlier one's; empty when none. */
  readonly lastId: string
}

export interface ParserEvents {
  onEvent(event: StreamEvent): void
  /** The server says how long to wait before coming back. */
  onRetry(retryMs: number): void
  /** One that has more than that is left out. */
  onTooLong(): void
}

/** Takes a stream of server-sent events apart; HTML, 9.2.6. Keeps no more than one event. */
export class EventStreamParser {
  private readonly events: ParserEvents
  private readonly charactersMax: number
  private readonly decoder = new TextDecoder()
  private rest = ''
  /** What ended the last line was a return: a line feed right behind it belongs to it. */
  private endsWithReturn = false
  private name = ''
  private data: string[] = []
  private characters = 0
  private lastId: string

  constructor(lastId: string, charactersMax: number, events: ParserEvents) {
    this.lastId = lastId
    this.charactersMax = charactersMax
    this.events = events
  }

  push(chunk: Uint8Array): void {
    let text = this.decoder.decode(chunk, { stream: true })
    if (text === '') return
    if (this.endsWithReturn && text.startsWith('\n')) text = text.slice(1)
    this.endsWithReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\r|\n/)
    // The last one is not ended yet.
    const last = lines.pop() ?? ''
    for (const line of lines) {
      const whole = this.rest + line
      this.rest = ''
      this.onLine(whole)
    }
    this.rest += last
    // A line that is too long is left out as it comes.
    if (this.rest.length > this.charactersMax) {
      this.characters += this.rest.length
      this.rest = 'data:'
    }
  }

  private onLine(line: string): void {
    if (line === '') return this.dispatch()
    const colonAt = line.indexOf(':')
    const field = colonAt < 0 ? line : line.slice(0, colonAt)
    const value = colonAt < 0 ? '' : line.slice(colonAt + 1).replace(/^ /, '')
    if (field === 'data') this.addData(value)
    else if (field === 'event') this.name = value
    else if (field === 'id' && !value.includes('\0')) this.lastId = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.events.onRetry(Number(value))
  }

  private addData(value: string): void {
    // With what joins the lines, so that empty ones count too.
    this.characters += value.length + Math.min(1, this.data.length)
    if (this.characters <= this.charactersMax) this.data.push(value)
    else this.data = []
  }

  private dispatch(): void {
    const { name, data, lastId } = this
    if (this.characters > this.charactersMax) this.events.onTooLong()
    else if (data.length > 0) this.events.onEvent({ name, data: data.join('\n'), lastId })
    this.name = ''
    this.data = []
    this.characters = 0
  }
}
