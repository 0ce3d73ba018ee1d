/** How far a file was read; state, so that it outlives a restart. */
export interface PlaceInFile {
  /** Which file it is, whatever its name. */
  readonly id: string
  /** Everything before was dealt with. */
  readonly position: number
  /** Of the record at that position, counted from 1. */
  readonly line: number
  /** What the file begins with: a file that begins otherwise is another one. */
  readonly head: Uint8Array
  /** The record that names the columns. */
  readonly header: Uint8Array | undefined
  /** Within a record that is too long, of which the rest is passed over. */
  readonly isSkipping: boolean
}

const headBytes = 256

export function atStart(id: string): PlaceInFile {
  const nothing = new Uint8Array(0)
  return { id, position: 0, line: 1, head: nothing, header: undefined, isSkipping: false }
}

interface Readable {
  read(position: number, count: number): Uint8Array
}

/** The place with the head of what was read so far. */
export function withHead(place: PlaceInFile, file: Readable): PlaceInFile {
  if (place.head.length >= headBytes || place.head.length >= place.position) return place
  const head = new Uint8Array(file.read(0, Math.min(headBytes, place.position)))
  return { ...place, head }
}

/** Whether it is still the file in which that place is, and not one that was emptied and written anew. */
export function isStillThere(
  { position, head }: PlaceInFile,
  file: Readable,
  size: number,
): boolean {
  if (size < position) return false
  const now = file.read(0, head.length)
  return now.length === head.length && head.every((byte, index) => byte === now[index])
}
