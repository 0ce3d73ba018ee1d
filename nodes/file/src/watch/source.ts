import { basename, join } from 'node:path'
import { source } from '@millrace/sdk'
import type { SourceContext, Status, Timer } from '@millrace/sdk'
import { fileProblem } from '../files/file-problem.ts'
import type { FileLook } from '../files/open-file.ts'
import { folderPlaceOf, foldersOf, placeOf } from '../place/file-place.ts'
import { fileWatchDescriptor } from './descriptor.ts'
import { KnownFiles } from './known-files.ts'
import type { Told } from './known-files.ts'
import { listFiles } from './list-files.ts'
import { nameMatcher } from './name-pattern.ts'

type Context = SourceContext<typeof fileWatchDescriptor>

export const fileWatch = source(fileWatchDescriptor, (context) => {
  const round = new WatchRound(context)
  return {
    start: () => round.poll(),
    pause: () => round.pause(),
    resume: () => round.resume(),
    stop: () => round.stop(),
    // What it found there when it was created is stored before it starts.
    beforeEpoch: () => undefined,
    close: () => round.stop(),
  }
})

/** Looks again and again. Which files were told of is state, and changes along with the messages. */
class WatchRound {
  private readonly context: Context
  private readonly known: KnownFiles
  private readonly told: ReturnType<typeof toldFiles>
  private readonly matches: (name: string) => boolean
  private timer: Timer | undefined
  private isPaused = false
  private isStopped = false
  private shown = ''

  constructor(context: Context) {
    this.context = context
    const { pattern, stableMs, tells } = context.config
    this.matches = nameMatcher(pattern)
    this.told = toldFiles(context)
    const isChangeTold = tells === 'changed'
    this.known = new KnownFiles({ told: this.told.files, stableMs, isChangeTold })
    // What may not be read shows when the flow is deployed.
    this.place()
    if (this.told.isFirst && !context.config.isExistingTold) this.begin()
  }

  poll(): void {
    if (this.isStopped || this.isPaused) return
    const { config, clock, timers } = this.context
    try {
      const found = this.found()
      if (this.told.isFirst && !config.isExistingTold) this.noteAll(found)
      else this.tell(found, this.known.due(found, clock.monotonic()))
      this.show({ state: 'ok', text: `Watches ${config.folder}` })
    } catch (error) {
      this.onFailure(error)
    }
    this.timer?.cancel()
    this.timer = timers.after(config.pollMs, () => this.poll())
  }

  pause(): void {
    this.isPaused = true
    this.timer?.cancel()
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.poll()
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }

  private place(): string {
    // The host of the flow says there where flows may read; see `foldersOf`.
    return folderPlaceOf(this.context.config.folder, foldersOf(process.env))
  }

  private found(): ReadonlyMap<string, FileLook> {
    const { isDeep, filesMax } = this.context.config
    const folders = foldersOf(process.env)
    const isAllowed = (path: string): boolean => {
      try {
        placeOf(path, { own: undefined, allowed: [...folders.allowed, folders.own ?? ''] })
        return true
      } catch {
        return false
      }
    }
    return listFiles({ folder: this.place(), isDeep, filesMax, matches: this.matches, isAllowed })
  }

  /** What is there counts from the first epoch on, which is stored before any source starts. */
  private begin(): void {
    try {
      this.noteAll(this.found())
    } catch (error) {
      this.onFailure(error)
    }
  }

  private noteAll(found: ReadonlyMap<string, FileLook>): void {
    for (const [path, look] of found) this.known.noteTold(path, look)
    this.told.begin()
  }

  private tell(
    found: ReadonlyMap<string, FileLook>,
    due: readonly (readonly [string, FileLook])[],
  ): void {
    const { context, known, told } = this
    known.forgetGone(found)
    if (told.isFirst) told.begin()
    if (due.length === 0) return
    const run = (): void => {
      for (const [path, look] of due) {
        known.noteTold(path, look)
        context.emit.out({ payload: this.payloadOf(path, look), time: undefined })
      }
    }
    context.deliver(run, () => undefined)
  }

  private payloadOf(path: string, { size, modifiedMs }: FileLook): object {
    const { folder } = this.context.config
    return {
      path: join(folder, path),
      name: basename(path),
      size,
      modifiedAt: Math.floor(modifiedMs),
    }
  }

  private onFailure(error: unknown): void {
    const { code, message } = fileProblem('read', this.context.config.folder, error)
    if (this.show({ state: 'error', text: message })) this.context.log.warn(message, { code })
  }

  /** Whether it is news. */
  private show({ state, text }: Status): boolean {
    if (text === this.shown) return false
    this.shown = text
    this.context.status({ state, text: text.slice(0, 200) })
    return true
  }
}

/** The files told of; those of another folder are forgotten. */
function toldFiles({ state, config }: Context) {
  const files = state.map<Told>('told')
  const about = state.map<string>('about')
  if (about.get('folder') !== config.folder) {
    files.clear()
    about.clear()
  }
  return {
    files,
    /** Nothing was looked at yet. */
    get isFirst() {
      return about.get('folder') === undefined
    },
    begin: () => about.set('folder', config.folder),
  }
}
