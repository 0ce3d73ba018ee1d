import { lstatSync, renameSync, statSync, truncateSync, unlinkSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fileId } from '../files/file-id.ts'
import type { FileInUse, FilePosition, Rotation, RotationState } from './rotation.ts'

interface Options {
  readonly path: string
  readonly bytesMax: number
  readonly keep: number
  readonly state: RotationState
}

/**
 * `a.jsonl` becomes `a.1.jsonl` when it is full, that `a.2.jsonl`, and so on. That it is about to be
 * renamed is state: after a crash the file at the path is the full one, or one that was begun since.
 */
export class RotateBySize implements Rotation {
  readonly path: string
  private readonly options: Options
  private isDone = false

  constructor(options: Options) {
    this.path = options.path
    this.options = options
  }

  resume(position: number | undefined): number | undefined {
    const { path, state, keep } = this.options
    const full = fullOf(state.get('full'))
    state.delete('full')
    if (full?.path !== path) return position
    if (idAt(path) === full.id) {
      if (position !== undefined) truncateSync(path, position)
      shift(path, keep)
      return 0
    }
    // Renamed already: what was written since comes again. Otherwise it is somebody else's file.
    return idAt(numbered(path, 1)) === full.id ? 0 : undefined
  }

  decide({ path, position, id }: FileInUse): FilePosition | undefined {
    const { state, bytesMax } = this.options
    this.settle()
    if (position < bytesMax) return undefined
    state.set('full', { path, id })
    this.isDone = false
    return { path, position }
  }

  exchange(): FilePosition {
    const { path, keep } = this.options
    // Somebody may have taken it away.
    if (idAt(path) !== undefined) shift(path, keep)
    this.isDone = true
    return { path, position: 0 }
  }

  settle(): void {
    if (this.isDone) this.options.state.delete('full')
  }

  /** Nothing: one goes whenever one comes. */
  removeOld(): void {}
}

function fullOf(stored: unknown): { readonly path: unknown; readonly id: unknown } | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined
  return 'path' in stored && 'id' in stored ? stored : undefined
}

function idAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : fileId(stats)
}

/** Makes room from the first number that is free, so that one that was broken off goes on. */
function shift(path: string, keep: number): void {
  let free = 1
  while (free < keep && isThere(numbered(path, free))) free += 1
  if (free === keep && isThere(numbered(path, keep))) unlinkSync(numbered(path, keep))
  for (let number = free; number > 1; number -= 1) {
    renameSync(numbered(path, number - 1), numbered(path, number))
  }
  renameSync(path, numbered(path, 1))
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function numbered(path: string, number: number): string {
  const ending = extname(path)
  return join(dirname(path), `${basename(path, ending)}.${number}${ending}`)
}
