import type { Records } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { PlaceInFile } from './place-in-file.ts'

/** What a record of the file was. */
export type Found =
  | { readonly kind: 'value'; readonly value: unknown; readonly line: number }
  | {
      readonly kind: 'bad'
      readonly error: unknown
      readonly record: Uint8Array
      readonly line: number
    }

interface Readable {
  read(position: number, count: number): Buffer
}

/** Lines of so much are counted to know the number of the last. */
const countedBytesMax = 104_857_600
const newline = 0x0a

/** Takes records off bytes that begin at a place of a file. */
export class RecordTaker {
  readonly recordBytesMax: number
  private readonly format: Records
  private header: Uint8Array | undefined

  constructor(format: Records, recordBytesMax: number) {
    this.format = format
    this.recordBytesMax = recordBytesMax
  }

  /** All complete records; gives the place behind them, the same where there were none. */
  records(start: PlaceInFile, bytes: Buffer, found: Found[]): PlaceInFile {
    let place = start
    let at = 0
    for (let end = this.endOf(bytes, at); end >= 0; end = this.endOf(bytes, at)) {
      place = this.record(place, bytes.subarray(at, end), found)
      at = end
    }
    return bytes.length - at > this.recordBytesMax
      ? this.skip(place, bytes.subarray(at), found)
      : place
  }

  /** The last record of a file, which lacks its line end. */
  last(place: PlaceInFile, bytes: Buffer, found: Found[]): PlaceInFile {
    return this.record(place, bytes, found)
  }

  /** The place behind the last complete record of a file. */
  end(start: PlaceInFile, file: Readable, size: number): PlaceInFile {
    // At an even place, for characters of two bytes.
    const from = Math.max(0, size - this.recordBytesMax) & ~1
    const bytes = file.read(from, size - from)
    let position = from
    for (let end = this.endOf(bytes, 0); end >= 0; end = this.endOf(bytes, position - from)) {
      position = from + end
    }
    const isSkipping = position === from && from > 0
    return {
      ...start,
      position,
      isSkipping,
      line: lineAt(file, position),
      header: this.format.hasHeader && position > 0 ? this.firstRecord(file) : undefined,
    }
  }

  private endOf(bytes: Buffer, start: number): number {
    return this.format.endOf(bytes, start)
  }

  private record(place: PlaceInFile, record: Buffer, found: Found[]): PlaceInFile {
    const next = {
      ...place,
      position: place.position + record.length,
      line: place.line + linesIn(record),
    }
    if (place.isSkipping) return { ...next, isSkipping: false }
    if (record.length > this.recordBytesMax) this.tooLong(place, record, found)
    else if (this.format.hasHeader && place.header === undefined) {
      return isBlank(record) ? next : { ...next, header: new Uint8Array(record) }
    } else this.take(place, record, found)
    return next
  }

  private take({ header, line }: PlaceInFile, record: Buffer, found: Found[]): void {
    try {
      if (header !== undefined && header !== this.header) {
        this.format.useHeader(header)
        this.header = header
      }
      const read = this.format.read(record, line)
      if (read !== undefined) found.push({ kind: 'value', value: read.value, line })
    } catch (error) {
      found.push({ kind: 'bad', error, record: new Uint8Array(record), line })
    }
  }

  /** The rest of the record is passed over when it comes. */
  private skip(place: PlaceInFile, bytes: Buffer, found: Found[]): PlaceInFile {
    if (!place.isSkipping) this.tooLong(place, bytes, found)
    return {
      ...place,
      position: place.position + bytes.length,
      line: place.line + linesIn(bytes),
      isSkipping: true,
    }
  }

  private tooLong({ line }: PlaceInFile, bytes: Buffer, found: Found[]): void {
    const text = `Line ${line}: the record has more than ${this.recordBytesMax} bytes.`
    const error = new NodeError('FILE_RECORD_TOO_LONG', text)
    found.push({ kind: 'bad', error, record: new Uint8Array(bytes.subarray(0, 1000)), line })
  }

  private firstRecord(file: Readable): Uint8Array | undefined {
    const bytes = file.read(0, this.recordBytesMax)
    const end = this.endOf(bytes, 0)
    return end < 0 ? undefined : new Uint8Array(bytes.subarray(0, end))
  }
}

function isBlank(record: Buffer): boolean {
  return record.toString('latin1').trim() === ''
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1
  return lines
}

/** The number of the line at a place; 1 where it is too far in to be counted. */
function lineAt(file: Readable, position: number): number {
  if (position > countedBytesMax) return 1
  let line = 1
  for (let at = 0; at < position; at += 1_048_576) {
    line += linesIn(file.read(at, Math.min(1_048_576, position - at)))
  }
  return line
}
