import type { KeyedState } from '@millrace/sdk'

/** What a file is exchanged for, and when. */
export interface Rotation {
  /** Where to write to begin with. */
  readonly path: string
  /**
   * Finishes what was decided before a crash. Gives the position to go on at, which was stored as
   * `position`; `undefined` for the end of the file.
   */
  resume(position: number | undefined): number | undefined
  /**
   * Whether to go on in another file: asked as an epoch ends, when all that was written is on disk.
   * What `exchange` will do is put into state, as it must come out the same after a crash, whether it
   * was done by then or not. Gives the place to be stored with it.
   */
  decide(file: FileInUse): FilePosition | undefined
  /** Takes the file, which is closed, out of the way, and gives where to go on. */
  exchange(): FilePosition
  /** Forgets what was done: the place that is stored with the next epoch is that in the new file. */
  settle(): void
  /** Removes files that are not to be kept any longer. */
  removeOld(): void
}

export interface FilePosition {
  readonly path: string
  readonly position: number
}

export interface FileInUse extends FilePosition {
  /** Stays with it when it is renamed. */
  readonly id: string
}

/** What rotations remember: the file to be renamed, the file in use, the files made. */
export type RotationState = KeyedState<unknown>
