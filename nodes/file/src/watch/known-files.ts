import type { KeyedState } from '@millrace/sdk'
import type { FileLook } from '../files/open-file.ts'

/** A file as it was told of. */
export type Told = Pick<FileLook, 'size' | 'modifiedMs'>

interface Waiting extends Told {
  /** Unchanged since then, by the monotonic clock. */
  readonly since: number
}

export interface KnownFilesOptions {
  readonly told: KeyedState<Told>
  readonly stableMs: number
  readonly isChangeTold: boolean
}

/** Finds out which files are complete and were not told of. */
export class KnownFiles {
  private readonly options: KnownFilesOptions
  private waiting = new Map<string, Waiting>()

  constructor(options: KnownFilesOptions) {
    this.options = options
  }

  /** Files that are to be told of now, in the order in which they were written. */
  due(
    found: ReadonlyMap<string, FileLook>,
    nowMs: number,
  ): readonly (readonly [string, FileLook])[] {
    const { stableMs } = this.options
    const waiting = new Map<string, Waiting>()
    const due: (readonly [string, FileLook])[] = []
    for (const [path, look] of found) {
      if (!this.isNews(path, look)) continue
      const before = this.waiting.get(path)
      const since = before !== undefined && isSame(before, look) ? before.since : nowMs
      if (nowMs - since >= stableMs) due.push([path, look])
      else waiting.set(path, { size: look.size, modifiedMs: look.modifiedMs, since })
    }
    this.waiting = waiting
    return due.toSorted(([, one], [, other]) => one.modifiedMs - other.modifiedMs)
  }

  /** To be called along with the message. */
  noteTold(path: string, { size, modifiedMs }: FileLook): void {
    this.options.told.set(path, { size, modifiedMs })
  }

  /** What is gone is not remembered: a file that comes again is told of again. */
  forgetGone(found: ReadonlyMap<string, FileLook>): void {
    const { told } = this.options
    for (const path of told.keys()) if (!found.has(String(path))) told.delete(path)
  }

  private isNews(path: string, look: FileLook): boolean {
    const before = this.options.told.get(path)
    if (before === undefined) return true
    return this.options.isChangeTold && !isSame(before, look)
  }
}

function isSame(one: Told, other: Told): boolean {
  return one.size === other.size && one.modifiedMs === other.modifiedMs
}
