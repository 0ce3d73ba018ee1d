import { watch } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Text, or the UTF-8 of it, in parts too. */
export type Content = string | Uint8Array | readonly Uint8Array[]

/** The few things that storage does with a disk; tests replace it to let it fail. */
export interface Disk {
  /** Rejects with an error of code `ENOENT` where there is none. */
  read(path: string): Promise<string>
  /** The first bytes of a file, as text. */
  readStart(path: string, bytes: number): Promise<string>
  /** Names in a folder; none where there is no folder. */
  list(folder: string): Promise<readonly string[]>
  makeFolder(folder: string): Promise<void>
  /** Writes a new file, readable by its owner alone, and waits until the disk has it. */
  create(path: string, content: Content): Promise<void>
  /** Takes the place of what is there, and waits until the disk has it. */
  rename(from: string, to: string): Promise<void>
  /** Does nothing where there is no such file. */
  remove(path: string): Promise<void>
  /** Waits until the disk has the entries of a folder. */
  syncFolder(folder: string): Promise<void>
  /** Another one whenever somebody wrote to the file; undefined where there is none. */
  stamp(path: string): Promise<string | undefined>
  /** Bytes of a file, or of all files below a folder; 0 where there is nothing. */
  size(path: string): Promise<number>
  /** Calls back with the names of files in a folder that somebody may have changed. */
  watch(folder: string, onChange: (name: string) => void): () => void
}

export const realDisk: Disk = {
  read: (path) => readFile(path, 'utf8'),
  readStart,
  list: listFolder,
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  },
  create,
  rename,
  remove: (path) => rm(path, { force: true, recursive: true }),
  syncFolder,
  stamp,
  size,
  watch: watchFolder,
}

async function readStart(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

async function create(path: string, content: Content): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    // One after the other, each from where the one before ended.
    for (const part of partsOf(content)) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

export function partsOf(content: Content): readonly (string | Uint8Array)[] {
  return typeof content === 'string' || content instanceof Uint8Array ? [content] : content
}

/** Windows cannot open a folder; there the rename itself is what lasts. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function size(path: string): Promise<number> {
  const about = await stat(path).catch(() => undefined)
  if (about === undefined) return 0
  if (!about.isDirectory()) return about.size
  const sizes = await Promise.all((await listFolder(path)).map((name) => size(join(path, name))))
  return sizes.reduce((sum, one) => sum + one, 0)
}

async function stamp(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return undefined
  }
}

/** Where a system cannot watch a folder, changes are still found before a file is written over. */
function watchFolder(folder: string, onChange: (name: string) => void): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name !== null) onChange(name)
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}
