import type { Shown } from '@millrace/protocol'

/** How much of a value is shown. What is over is left out, and `isCut` says so. */
export interface ShowLimits {
  readonly depth: number
  /** Entries of one list or object. */
  readonly entries: number
  /** Characters of one text. */
  readonly text: number
  /** Characters of the whole, roughly. */
  readonly total: number
  readonly bytes: number
}

const usualLimits: ShowLimits = { depth: 16, entries: 200, text: 4_000, total: 16_000, bytes: 256 }

/**
 * The value as JSON that is always whole, whatever the value: cut text ends in `…`, a cut list in
 * the entry `"…"`, a cut object in the key `"…"`, and what JSON lacks is an object with one key
 * that starts with `$`: `$binary`, `$undefined`, `$number`, `$bigint`, `$date`, `$error`,
 * `$function`, `$symbol`, `$map`, `$set`, `$circular`, `$unreadable`. Never throws.
 */
export function show(value: unknown, limits: ShowLimits = usualLimits): Shown {
  const writer = new ShownWriter(limits)
  try {
    writer.write(value, 0)
    return { json: writer.json, isCut: writer.isCut }
  } catch {
    return { json: unreadable, isCut: true }
  }
}

const unreadable = '{"$unreadable":true}'

class ShownWriter {
  json = ''
  isCut = false
  private readonly limits: ShowLimits
  /** The containers around the value in hand, to find cycles; shared values are no cycle. */
  private readonly around: object[] = []

  constructor(limits: ShowLimits) {
    this.limits = limits
  }

  write(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        return this.writeText(value)
      case 'number':
        this.json += Number.isFinite(value) ? String(value) : `{"$number":"${value}"}`
        return
      case 'boolean':
        this.json += value ? 'true' : 'false'
        return
      case 'undefined':
        this.json += '{"$undefined":true}'
        return
      case 'bigint':
        return this.writeMarked('$bigint', this.bigintText(value))
      case 'symbol':
        return this.writeMarked('$symbol', value.description ?? '')
      case 'function':
        return this.writeMarked('$function', nameOf(value))
      case 'object':
        return value === null ? this.writeNull() : this.writeObject(value, depth)
    }
  }

  private writeNull(): void {
    this.json += 'null'
  }

  private writeObject(value: object, depth: number): void {
    if (this.around.includes(value)) {
      this.json += '{"$circular":true}'
      return
    }
    if (depth >= this.limits.depth) return this.writeCutMark()
    const start = this.json.length
    this.around.push(value)
    try {
      this.writeContents(value, depth + 1)
    } catch {
      // A getter or a proxy of the user's threw; the part that was written goes with it.
      this.json = this.json.slice(0, start) + unreadable
    }
    this.around.pop()
  }

  private writeContents(value: object, depth: number): void {
    if (Array.isArray(value)) this.writeList(value, depth)
    else if (value instanceof Uint8Array) this.writeBinary(value)
    else if (ArrayBuffer.isView(value)) this.writeBinary(bytesOf(value))
    else if (value instanceof ArrayBuffer) this.writeBinary(new Uint8Array(value))
    else if (value instanceof Date) this.writeMarked('$date', dateText(value))
    else if (value instanceof Error) this.writeMarked('$error', `${value.name}: ${value.message}`)
    else if (value instanceof Map) this.writeWrapped('$map', value, depth)
    else if (value instanceof Set) this.writeWrapped('$set', value, depth)
    else this.writeRecord(value, depth)
  }

  private writeList(list: readonly unknown[], depth: number): void {
    this.json += '['
    let written = 0
    for (; written < list.length && this.hasRoom(written); written += 1) {
      if (written > 0) this.json += ','
      this.write(list[written], depth)
    }
    if (written < list.length) this.writeRest(written)
    this.json += ']'
  }

  private writeRecord(record: object, depth: number): void {
    this.json += '{'
    let written = 0
    for (const key of Object.keys(record)) {
      if (written > 0) this.json += ','
      if (!this.hasRoom(written)) {
        this.isCut = true
        this.json += '"…":"…"'
        break
      }
      this.writeText(key)
      this.json += ':'
      // Any property of an object that is not otherwise known can be read so.
      this.write((record as Record<string, unknown>)[key], depth)
      written += 1
    }
    this.json += '}'
  }

  private writeWrapped(mark: string, entries: Iterable<unknown>, depth: number): void {
    this.json += `{"${mark}":[`
    let written = 0
    for (const entry of entries) {
      if (!this.hasRoom(written)) {
        this.writeRest(written)
        break
      }
      if (written > 0) this.json += ','
      this.write(entry, depth)
      written += 1
    }
    this.json += ']}'
  }

  private writeBinary(bytes: Uint8Array): void {
    const shown = bytes.subarray(0, this.limits.bytes)
    if (shown.length < bytes.length) this.isCut = true
    const base64 = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('base64')
    this.json += `{"$binary":"${base64}","bytes":${bytes.length}}`
  }

  private writeText(text: string): void {
    const room = Math.max(16, Math.min(this.limits.text, this.limits.total - this.json.length))
    if (text.length <= room) {
      this.json += JSON.stringify(text)
      return
    }
    this.isCut = true
    this.json += JSON.stringify(`${text.slice(0, room)}…`)
  }

  private writeMarked(mark: string, text: string): void {
    this.json += `{"${mark}":`
    this.writeText(text)
    this.json += '}'
  }

  private writeRest(written: number): void {
    if (written > 0) this.json += ','
    this.writeCutMark()
  }

  private writeCutMark(): void {
    this.isCut = true
    this.json += '"…"'
  }

  private hasRoom(written: number): boolean {
    return written < this.limits.entries && this.json.length < this.limits.total
  }

  /** Turning a bigint of a million digits into text takes seconds; its size is told instead. */
  private bigintText(value: bigint): string {
    const isShort = BigInt.asIntN(512, value) === value
    if (!isShort) this.isCut = true
    return isShort ? String(value) : '…'
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString()
}

function nameOf(callable: object): string {
  return 'name' in callable && typeof callable.name === 'string' ? callable.name : ''
}
