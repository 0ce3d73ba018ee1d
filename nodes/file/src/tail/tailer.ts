import { statSync } from 'node:fs'
import type { Clock } from '@millrace/sdk'
import { codeOf } from '../files/file-problem.ts'
import { lookOf, OpenFile } from '../files/open-file.ts'
import { atStart, isStillThere, withHead } from './place-in-file.ts'
import type { PlaceInFile } from './place-in-file.ts'
import type { Found, RecordTaker } from './record-taker.ts'
import { rotatedFiles } from './rotated-files.ts'

/** A piece that was read, and the place behind it. */
export interface Piece {
  readonly found: readonly Found[]
  readonly place: PlaceInFile
}

export interface TailerOptions {
  /** Throws where the file may not be read. */
  readonly path: () => string
  readonly taker: RecordTaker
  /** A file that was renamed is left when it has not grown for so long. */
  readonly lingerMs: number
  readonly clock: Clock
  /** Told what a person may want to know of the file. */
  readonly onNote: (text: string) => void
}

/** Read at a time, where records are not longer. */
const pieceBytes = 65_536

/**
 * Follows a file by its name. A file that was renamed is read to its end before the one that came in
 * its place; one that was cut short, or written anew, is begun again.
 */
export class Tailer {
  place: PlaceInFile | undefined
  private readonly options: TailerOptions
  private file: OpenFile | undefined
  private grewAt: number

  constructor(options: TailerOptions, place: PlaceInFile | undefined) {
    this.options = options
    this.place = place
    this.grewAt = options.clock.monotonic()
  }

  /**
   * The next piece, or `undefined` where there is nothing new. Moves on by it. Throws what the
   * system throws.
   */
  next(): Piece | undefined {
    const file = this.opened()
    if (file === undefined) return undefined
    const place = this.current(file)
    const piece = this.read(file, place) ?? this.leaveIfReplaced(file, place)
    if (piece === undefined) return undefined
    this.grewAt = this.options.clock.monotonic()
    this.place = piece.place
    return piece
  }

  /** The last record where it lacks its line end, and nothing more is to come. */
  rest(): Piece | undefined {
    const file = this.opened()
    if (file === undefined || this.place === undefined) return undefined
    const { place } = this
    const bytes = file.read(place.position, file.look().size - place.position)
    if (bytes.length === 0) return undefined
    const found: Found[] = []
    this.place = withHead(this.options.taker.last(place, bytes, found), file)
    return { found, place: this.place }
  }

  /** Finds the file, without reading. Gives the place in it, where there is a file. */
  look(): PlaceInFile | undefined {
    return this.opened() === undefined ? undefined : this.place
  }

  /** Goes behind the last complete record of the file. Gives the place, where there is a file. */
  skipToEnd(): PlaceInFile | undefined {
    const file = this.opened()
    if (file === undefined) return undefined
    const { id, size } = file.look()
    this.place = withHead(this.options.taker.end(atStart(id), file, size), file)
    return this.place
  }

  /** Whether there is a file to read. */
  get isThere(): boolean {
    return this.file !== undefined
  }

  close(): void {
    this.file?.close()
    this.file = undefined
  }

  /** The file of the place, wherever it is now; where that is gone, the one at the path. */
  private opened(): OpenFile | undefined {
    if (this.file !== undefined) return this.file
    try {
      this.file = new OpenFile(this.whereItIs())
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
    this.grewAt = this.options.clock.monotonic()
    const { id } = this.file.look()
    if (this.place?.id !== id) this.place = atStart(id)
    return this.file
  }

  private whereItIs(): string {
    const { place, options } = this
    const path = options.path()
    if (place === undefined || idAt(path) === place.id) return path
    const same = rotatedFiles(path).find(({ id }) => id === place.id)
    if (same !== undefined) return same.path
    if (place.position > 0) options.onNote('The file was replaced by another, which is begun')
    return path
  }

  private current(file: OpenFile): PlaceInFile {
    const { id, size } = file.look()
    const place = this.place ?? atStart(id)
    if (isStillThere(place, file, size)) return place
    this.options.onNote('The file was emptied or written anew, and is begun again')
    this.place = atStart(id)
    return this.place
  }

  private read(file: OpenFile, start: PlaceInFile): Piece | undefined {
    const { taker } = this.options
    const left = file.look().size - start.position
    if (left <= 0) return undefined
    for (const limit of [pieceBytes, taker.recordBytesMax + pieceBytes]) {
      const bytes = file.read(start.position, Math.min(left, limit))
      const found: Found[] = []
      const place = taker.records(start, bytes, found)
      if (place !== start) return { found, place: withHead(place, file) }
      if (left <= limit) return undefined
    }
    return undefined
  }

  private leaveIfReplaced(file: OpenFile, place: PlaceInFile): Piece | undefined {
    const { lingerMs, clock, taker } = this.options
    const path = this.options.path()
    const current = idAt(path)
    if (current === undefined || current === place.id) return undefined
    if (clock.monotonic() - this.grewAt < lingerMs) return undefined
    const { size, modifiedMs } = file.look()
    const found: Found[] = []
    // The last record may lack its line end; nothing more will come to it.
    const bytes = file.read(place.position, size - place.position)
    if (bytes.length > 0) taker.last(place, bytes, found)
    this.close()
    const rotated = rotatedFiles(path).find(
      ({ id, ...other }) => id !== place.id && id !== current && other.modifiedMs > modifiedMs,
    )
    return { found, place: atStart(rotated?.id ?? current) }
  }
}

function idAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : lookOf(stats).id
}
